"""The rules of persons, documents, registers and electorates; values and pure functions only."""
