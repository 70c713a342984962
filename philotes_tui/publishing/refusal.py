"""What Helm says when a registry refuses, as errors that say what to do."""

import re

from philotes_tui.errors import (
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
)

_AGAIN = "run this again: what is published already is kept."

# helm/helm:pkg/registry/client.go passes on what oras.land/oras-go/v2:registry/remote says.
_MISSING = re.compile(
    r"(?im): not found\s*$|manifest unknown|name unknown|status code 404",
)
_DENIED = re.compile(
    r"status code 40[13]|unauthorized|denied|forbidden|basic credential not found", re.IGNORECASE
)
_LIMITED = re.compile(r"status code 429|toomanyrequests", re.IGNORECASE)
_UNREACHABLE = re.compile(
    r"connection refused|no such host|i/o timeout|deadline exceeded|handshake timeout|"
    r"network is unreachable|connection reset|no route to host|\bEOF\b|"
    r"server gave HTTP response|first record does not look like a TLS|x509:|tls:",
    re.IGNORECASE,
)
_UNTRUSTED = re.compile(r"x509:", re.IGNORECASE)
_NOT_TLS = re.compile(
    r"(?i)server gave HTTP response|first record does not look like a TLS",
)


def is_missing(said: str) -> bool:
    """Return whether Helm says that the registry has no such chart or version."""
    return bool(_MISSING.search(said)) and not _DENIED.search(said)


def refusal(what: str, on: str, said: str) -> RegistryError:
    """Return the error for what Helm said of a registry.

    Args:
        what: What could not be done, a sentence without a full stop.
        on: The reference or folder.
        said: Helm's output.
    """
    told = _without_usage(said)
    if _LIMITED.search(told):
        todo = f"Wait a while, then {_AGAIN}"
        return RegistryRateLimited(what, on=on, said=told, todo=todo)
    if _DENIED.search(told):
        login = f"helm registry login {on.removeprefix('oci://').partition('/')[0]}"
        todo = f"Log in with `{login}` as somebody who may write there, then {_AGAIN}"
        return RegistryDenied(what, on=on, said=told, todo=todo)
    if _UNREACHABLE.search(told):
        return RegistryUnreachable(what, on=on, said=told, todo=_reach(told))
    todo = f"Look at the registry's own log, then {_AGAIN}"
    return RegistryError(what, on=on, said=told, todo=todo)


def _reach(told: str) -> str:
    if _NOT_TLS.search(told):
        return "The registry speaks plain HTTP: add --plain-http if that is meant."
    if _UNTRUSTED.search(told):
        return "Name the certificates to trust with --ca-file."
    return f"Check the address, the network and the proxy, then {_AGAIN}"


def _without_usage(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    return "\n".join(errors or lines[-5:])
