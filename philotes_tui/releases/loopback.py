"""Which hosts are this machine, by their spelling; nothing is resolved. Pure."""

import ipaddress
import re

_HOST = re.compile(r"(?:oci://)?(?:\[(?P<v6>[^\]]*)\]|(?P<name>[^:/]*))(?:[:/]|$)")


def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host name spells, or None."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_loopback_host(name: str) -> bool:
    """Return whether a host is this machine: `localhost`, what ends in it, 127.0.0.0/8 or ::1.

    Names below `localhost` are meant too (RFC 6761, section 6.3).

    Args:
        name: The host's name or address, an IPv6 address without brackets.
    """
    address = address_of(name)
    if address is None:
        folded = name.lower()
        return folded == "localhost" or folded.endswith(".localhost")
    return address.is_loopback


def is_loopback(registry: str) -> bool:
    """Return whether a registry is on this machine, where plain HTTP is the rule.

    Args:
        registry: Its address, such as `oci://localhost:5000/charts`.
    """
    found = _HOST.match(registry)
    return found is not None and is_loopback_host(found["v6"] or found["name"] or "")
