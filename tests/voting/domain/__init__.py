"""The rules of the owners' assembly, without a database."""
