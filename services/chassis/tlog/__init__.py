"""The transparency log of an estate, inside the service's own database.

Owns: the order of what an estate published in one service, and the signed checkpoints over it.
Refuses to know what a leaf is about: services hand in leaves and keep the contents themselves.
The arithmetic and the formats are those of `services.proofs`, which outsiders run.
"""
