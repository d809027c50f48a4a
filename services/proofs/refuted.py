"""The one root of everything that can be wrong with what somebody claims."""


class Refuted(Exception):
    """What is claimed is not so, or is not written as it must be; the sentence says what."""
