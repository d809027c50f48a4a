"""Opens ballots, takes votes, counts them by the law (Civil Code 278; HZ 16–20).

Owns: ballots and their items, the rules and electorates frozen with them, votes, results, and the
gap-free order of the votes of each estate. Asks: identity, once per ballot, for the electorate to
freeze. Refuses to know: names, identity numbers, flats; it sees pseudonyms, areas and choices.

HZ is the Hangzhou regulation on property management (杭州市物业管理条例, in force 2022-03-01) and
CC the Civil Code (民法典).
"""
