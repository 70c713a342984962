"""The host of a registry, and which hosts are this machine."""

import ipaddress
import re
from dataclasses import dataclass

from philotes_tui.errors import InvalidReference
from philotes_tui.releases import address_of, is_loopback_host

_LABELS = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?)*"
)
_HIGHEST_PORT = 65_535


@dataclass(frozen=True)
class Host:
    """A registry's host name or address and its port.

    Attributes:
        name: Lowercase; an IPv6 address stands without brackets.
        port: None is the default port of the scheme.
    """

    name: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str, *, on: str, certain: bool = True) -> "Host":
        """Return the host that `text` spells: `name`, `name:port`, `[v6]` or `[v6]:port`.

        Args:
            text: The part of a reference before the first slash.
            on: The whole reference, for the error.
            certain: False where the text could also be the first component of a name,
                so that a dot, a port or `localhost` is asked for.

        Raises:
            InvalidReference: It is not a host.
        """
        if "@" in text:
            raise InvalidReference(
                "A reference must not contain a user name or password",
                on=f"…@{text.rpartition('@')[2]}",
                todo="Leave out everything up to the @ and log in with `philotes-tui login`.",
            )
        if text.startswith("["):
            name, port = _parse_bracketed(text, on)
            return cls(name, port)
        name, colon, digits = text.partition(":")
        name = name.lower()
        if text.count(":") > 1:
            raise InvalidReference(
                f"“{text}” looks like an IPv6 address without brackets",
                on=on,
                todo=f"Write [{text}] or [{text}]:port.",
            )
        if not name:
            raise InvalidReference(
                "The host is missing", on=on, todo="Write oci://host/name with the host first."
            )
        if not _is_host_name(name):
            raise InvalidReference(
                f"“{name}” is not a host name or address",
                on=on,
                todo="Use letters, digits, - and dots, for example ghcr.io.",
            )
        if not certain and not colon and "." not in name and name != "localhost":
            raise InvalidReference(
                f"“{name}” could be a host or part of a name",
                on=on,
                todo=f"Name the registry first, for example oci://ghcr.io/{name}/….",
            )
        return cls(name, _parse_port(digits, on) if colon else None)

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The address, where the host is written as one."""
        return address_of(self.name)

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, see `philotes_tui.releases.is_loopback_host`."""
        return is_loopback_host(self.name)

    def __str__(self) -> str:
        """Return the host as it stands in a URL."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


def _is_host_name(name: str) -> bool:
    if not _LABELS.fullmatch(name):
        return False
    if not name.rpartition(".")[2].isdigit():
        return True
    try:
        ipaddress.IPv4Address(name)  # and no shorter way to write one
    except ValueError:
        return False
    return True


def _parse_bracketed(text: str, on: str) -> tuple[str, int | None]:
    inner, bracket, rest = text[1:].partition("]")
    try:
        name = ipaddress.IPv6Address(inner).compressed
    except ValueError:
        name = ""
    if not bracket or not name or "%" in inner or (rest and not rest.startswith(":")):
        raise InvalidReference(
            f"“{text}” is not an IPv6 address in brackets",
            on=on,
            todo="Write it as [::1] or [::1]:5000.",
        )
    return name, _parse_port(rest[1:], on) if rest else None


def _parse_port(digits: str, on: str) -> int:
    if digits.isascii() and digits.isdigit() and len(digits) <= len(str(_HIGHEST_PORT)):
        port = int(digits)
        if 0 < port <= _HIGHEST_PORT:
            return port
    raise InvalidReference(
        f"“{digits}” is not a port",
        on=on,
        todo=f"Use a number from 1 to {_HIGHEST_PORT}, or leave out the colon.",
    )
