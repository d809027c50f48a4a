"""The law of the owners' assembly as values and functions: no clock, no storage, no floats."""
