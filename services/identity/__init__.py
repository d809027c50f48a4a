"""Knows who is real and who owns what; hands out cards and tokens that do not say who.

Owns: estates, their registers (units, holdings), parties, accounts, verifications, cards, staff
grants, sessions, frozen electorates. Asks: a real-name provider, the property registry and an SMS
provider, each outside and over HTTP. Refuses to know: how anyone voted.
"""
