"""The ledger's one neighbour."""
