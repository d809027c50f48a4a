"""The only public door: it checks, limits, exchanges tokens and forwards, and decides nothing else.

Owns nothing lasting. Asks identity for inside tokens and forwards to identity, voting and ledger.
Refuses to know the meaning of what it forwards.
"""
