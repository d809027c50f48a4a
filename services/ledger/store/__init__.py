"""The ledger's tables and the statements over them; each takes a connection, none decides."""
