"""The arithmetic that outsiders repeat: canonical bytes and hashes."""
