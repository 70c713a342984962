"""Which proxy stands before a registry: the environment, read as Helm and other Go programs do.

`HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` mean what they mean in
golang/net:http/httpproxy/proxy.go; `ALL_PROXY` stands in for the first two, as in curl. The
lower-case names count as well. What is on this machine is never asked through a proxy.
"""

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from philotes_tui.errors import SettingsError
from philotes_tui.releases import address_of, is_loopback_host

_DEFAULT_PORT = {"http": 80, "https": 443}
_VARIABLES = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY"


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy.

    Attributes:
        scheme: `http` or `https`: how the proxy itself is spoken to.
        host: Its name or address, without brackets.
        port: Its port.
        authorization: The Proxy-Authorization header; empty without a login.
    """

    scheme: str
    host: str
    port: int
    authorization: str = field(default="", repr=False)


def proxy_for(url: str, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that a URL is asked through, or None.

    Raises:
        SettingsError: The variable that applies does not name an HTTP proxy.
    """
    target = urlsplit(url)
    host = (target.hostname or "").lower()
    named = _value(environ, f"{target.scheme}_proxy") or _value(environ, "all_proxy")
    if not named or is_loopback_host(host):
        return None
    port = target.port or _DEFAULT_PORT.get(target.scheme, 0)
    if is_exempt(host, port, _value(environ, "no_proxy")):
        return None
    return parse_proxy(named)


def _value(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def parse_proxy(text: str) -> Proxy:
    """Return the proxy that a variable names: `[http://][user:password@]host[:port]`.

    Raises:
        SettingsError: It is not one; what it holds is not told, for it may hold a password.
    """
    parts = _split(text if "://" in text else f"http://{text}")
    if parts is None or parts.scheme not in _DEFAULT_PORT or not parts.hostname:
        raise SettingsError(
            "A proxy named in the environment cannot be used",
            on=_VARIABLES,
            todo="Give it as http://host:port, or unset it.",
        )
    login = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        login = f"Basic {base64.b64encode(pair.encode()).decode()}"
    port = parts.port or _DEFAULT_PORT[parts.scheme]
    return Proxy(parts.scheme, parts.hostname, port, login)


def _split(text: str) -> SplitResult | None:
    """Return the parts of a URL, or None where its host or port cannot be read."""
    try:
        parts = urlsplit(text)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Whether `NO_PROXY` leaves a host out.

    An entry is `*`, an address, a network (`10.0.0.0/8`), a domain with all below it, or
    with a leading dot what is below it alone; `:port` limits it to that port.
    """
    return any(_matches(host, port, e) for e in no_proxy.lower().replace(" ", ",").split(",") if e)


def _matches(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    address = address_of(host)
    if "/" in entry:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
        return address is not None and address.version == network.version and address in network
    name, wanted = _without_port(entry)
    if wanted and wanted != str(port):
        return False
    if address is not None:
        return address == address_of(name)
    name = name.removeprefix("*")
    return (host == name and not name.startswith(".")) or host.endswith(f".{name.lstrip('.')}")


def _without_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":")
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""
