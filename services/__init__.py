"""The four services of the electronic owner card (电子业主卡) and the two packages that they share.

`identity` knows who is real and who owns what; `voting` takes and counts votes; `ledger` keeps the
owners' common revenue; `gateway` is the only public door. They share `chassis` (plumbing without a
word of the domain) and `proofs` (arithmetic that an outsider can repeat), and nothing else.
"""
