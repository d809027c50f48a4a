"""Plumbing that every service needs and none is about; no word of the domain appears here."""
