"""Which address a request came from, and under which name its rate is counted."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_IPV6_SITE_BITS = 64


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return networks from texts such as `10.0.0.0/8`; a bare address is a network of one."""
    return tuple(ip_network(text) for text in texts)


def source_of(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the address that a request is counted under.

    Only what a trusted proxy says of whom it heard is believed: `X-Forwarded-For` is read from
    the right, as long as the teller is trusted. An unreadable address ends the reading.
    """
    source = peer
    told = [step.strip() for line in forwarded_for for step in line.split(",")]
    while told and _is_trusted(source, trusted):
        claimed = told.pop()
        if not _is_address(claimed):
            break
        source = claimed
    return _counted_as(source)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(source: str, trusted: Sequence[Network]) -> bool:
    if not trusted or not _is_address(source):
        return False
    address = ip_address(source)
    return any(address in network for network in trusted)


def _counted_as(source: str) -> str:
    """Return the name of the budget: an IPv6 household owns a /64, and could spend 2^64 others."""
    if ":" not in source or not _is_address(source):
        return source
    address = ip_address(source)
    assert isinstance(address, IPv6Address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _IPV6_SITE_BITS), strict=False))
