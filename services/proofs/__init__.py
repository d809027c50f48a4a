"""Arithmetic that outsiders must be able to repeat without this project's servers.

Owns: the one byte form of a record that gets hashed. Asks nobody. Refuses every value whose
canonical form two honest programs could disagree about.

Only the standard library (and `cryptography`) is imported here, so that a citizen can run it.
"""
