"""Measurements against a limit that is measured in the same run; never a timed test."""
