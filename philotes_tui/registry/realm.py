"""Where a registry may send us: the realm of its tokens, the storage of its blobs."""

from urllib.parse import urlsplit

from philotes_tui.registry.reference import Repository
from philotes_tui.releases import address_of, is_loopback_host


def why_unsafe(url: str, repository: Repository) -> str:
    """Return why an address that a registry names must not be asked, or nothing.

    Other public hosts are legitimate: most registries keep tokens and blobs elsewhere.
    Refused are another scheme, the way out of TLS, a login in the address, and addresses
    inside this machine or a private network that the registry itself is not in.
    """
    if not (url.isascii() and url.isprintable()):
        return "the address cannot be read"  # what it becomes is left to others
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        _ = parts.port
    except ValueError:
        return "the address cannot be read"
    if parts.scheme not in {"http", "https"} or not host:
        return "it is not an http or https address"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name"
    if parts.scheme == "http" and not repository.plain_http:
        return "it leaves TLS, which the registry itself uses"
    return "" if host == repository.host.name else _unsafe_host(host, repository)


def _unsafe_host(host: str, repository: Repository) -> str:
    address = address_of(host)
    if is_loopback_host(host) or (address is not None and address.is_unspecified):
        return "" if repository.host.is_loopback else "it is on this machine"
    if address is None or address.is_global:
        return ""
    own = repository.host.address
    if address.is_link_local or own is None or own.is_global:
        return "it is inside a private network, and the registry is not"
    return ""
