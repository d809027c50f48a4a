"""Verbs of the gateway: admit, exchange, forward, authorise for a proxy."""
