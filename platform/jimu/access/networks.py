"""From which networks people and programs may come: the installation's list, and those of roles.

Whoever brings a list into force that does not hold their own address is told before (``shuts_out``).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from jimu.definitions.manifest import Manifest
from jimu.errors import Forbidden
from jimu.messages import Message

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks of a setting. Raises ValueError naming what is none."""
    return parse_networks(tuple(part.strip() for part in text.split(",") if part.strip()))


@lru_cache(maxsize=256)
def parse_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks in CIDR form; single addresses are networks of one."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of ``networks``. IPv4 written as IPv6 counts as what it is."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found.version == network.version and found in network for network in networks)


def is_allowed(address: str, allowed: str, manifest: Manifest, roles: Iterable[str] = ()) -> bool:
    """Whether who comes from ``address`` with ``roles`` may come in: the installation's list has to hold it, and the
    list of each role that has one. A network that cannot be read holds nobody.
    """
    own = networks_of(allowed)
    if own and not is_within(address, own):
        return False
    for name in roles:
        role = manifest.roles.get(name)
        listed = parse_networks(role.allowed_addresses) if role is not None else ()
        if listed and not is_within(address, listed):
            return False
    return True


def refused(address: str) -> Forbidden:
    """What somebody is told who may not come in from there."""
    return Forbidden(Message("From your network address ({address}) this may not be used.", {"address": address}))


def shuts_out(address: str, manifest: Manifest, roles: Iterable[str]) -> bool:
    """Whether somebody with ``roles`` at ``address`` could not come in any more under ``manifest``."""
    return not is_allowed(address, "", manifest, roles)
