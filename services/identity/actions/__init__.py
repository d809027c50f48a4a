"""What can be done with identities and registers: one verb a file, one transaction a verb."""
