"""Arithmetic that outsiders must be able to repeat without this project's servers.

Owns: the one byte form of what gets hashed and signed, the tree over it, the texts in which proofs
travel, and the program that checks them (`python -m services.proofs.check`). Asks nobody: no
network, no database, no clock. Refuses every value that two honest programs could write in two
ways.

Only the standard library (and `cryptography`) is imported here, so that a citizen can run it.
"""
