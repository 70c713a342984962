"""One request, and the ways in which no answer comes; what carries it stands in `connections`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        method: GET, HEAD or POST.
        url: The whole address; path and query go out as they stand here.
        headers: All but Host and Content-Length.
        body: What a POST carries.
        largest: Bytes of the body of a good answer, see `is_good`.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    largest: int = 0


def is_good(status: int) -> bool:
    """Whether a status means that the body is what was asked for (RFC 9110, section 15.3)."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


class NoAnswer(Exception):
    """No complete answer came; the reason hangs in the chain of causes."""


class NotConnected(NoAnswer):
    """No connection came about: a look-up, the network or a TLS handshake failed."""


class ConnectTimedOut(NoAnswer):
    """No connection stood in time."""


class ProxyRefused(NoAnswer):
    """The proxy would not lead further."""


class BrokenOff(NoAnswer):
    """The connection stood and ended within the exchange: the same may be asked again."""


class NotHttp(NoAnswer):
    """What came is not HTTP."""
