"""What the ledger's rules are, as values and pure functions: no clock, no chance, no floats."""
