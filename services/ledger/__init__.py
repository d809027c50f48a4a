"""Keeps and publishes the owners' common revenue (共有收入), in double entry.

Owns: accounts, drafts, published entries and their legs, spending limits, statements, and the
signed log of each estate, in which all that is published is a leaf.
Asks: voting whether an item that is to cover an expense passed, and with what budget.
Refuses to know: who owns what, who voted how; and the service charge (物业费), which is
other money.
"""
