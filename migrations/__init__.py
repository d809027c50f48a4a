"""Schemas, one straight line of revisions per service; and who may do what to them."""
