"""Which hosts are this machine, by their spelling; nothing is resolved. Pure."""

import ipaddress
import re

_HOST = re.compile(r"(?:oci://)?(?:\[(?P<v6>[^\]]*)\]|(?P<name>[^:/]*))(?:[:/]|$)")
_NUMBER = r"(?:0[xX][0-9a-fA-F]+|[0-9]+)"
_NUMBERS = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}")
_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a host name spells, or None.

    Also one in numbers, such as `127.1` or `0x7f000001`, which systems take for an address;
    and the IPv4 address that one of IPv6 stands for.
    """
    name = name.removesuffix(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _from_numbers(name)
    inner = _inside(address) if isinstance(address, ipaddress.IPv6Address) else None
    return inner or address


def _from_numbers(name: str) -> ipaddress.IPv4Address | None:
    """Return the address of one to four numbers; the last fills what is left (POSIX, inet_addr)."""
    if not _NUMBERS.fullmatch(name):
        return None
    try:
        *first, last = (int(part, _base(part)) for part in name.split("."))
    except ValueError:
        return None
    left = 8 * (4 - len(first))
    if last >> left or any(number >> 8 for number in first):
        return None
    return ipaddress.IPv4Address(int.from_bytes(bytes(first)) << left | last)


def _base(number: str) -> int:
    if number[:2] in {"0x", "0X"}:
        return 16
    return 8 if number.startswith("0") else 10


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that is reached through one of IPv6.

    Mapped or compatible (RFC 4291, section 2.5.5), of 6to4 (RFC 3056), or behind a
    translator (RFC 6052, RFC 8215).
    """
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    is_compatible = 1 < int(address) < 1 << 32
    if is_compatible or any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def is_loopback_host(name: str) -> bool:
    """Return whether a host is this machine: `localhost`, what ends in it, 127.0.0.0/8 or ::1.

    Names below `localhost` are meant too (RFC 6761, section 6.3).

    Args:
        name: The host's name or address, an IPv6 address without brackets.
    """
    address = address_of(name)
    if address is None:
        folded = name.lower().removesuffix(".")
        return folded == "localhost" or folded.endswith(".localhost")
    return address.is_loopback


def is_loopback(registry: str) -> bool:
    """Return whether a registry is on this machine, where plain HTTP is the rule.

    Args:
        registry: Its address, such as `oci://localhost:5000/charts`.
    """
    found = _HOST.match(registry)
    return found is not None and is_loopback_host(found["v6"] or found["name"] or "")
