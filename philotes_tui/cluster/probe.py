"""Whether an API server answers, and with which version."""

import ssl

from philotes_tui.cluster.kubeconfig import Context
from philotes_tui.errors import ClusterUnreachable
from philotes_tui.foreign import clean_line

_UNAUTHORIZED = frozenset({401, 403})


def probe(context: Context, seconds: float = 3.0) -> str:
    """Return the API server's version, or `reachable` where it tells nobody.

    `/version` needs no credentials on an ordinary cluster
    (kubernetes/kubernetes: ClusterRole system:public-info-viewer), so none are sent.

    Args:
        context: The context whose server is asked.
        seconds: How long to wait for each step of the answer.

    Raises:
        ClusterUnreachable: Nothing, or no API server, answers.
    """
    import httpx  # noqa: PLC0415 - costs 80 ms that only a probe should pay

    try:
        answer = httpx.get(
            f"{context.server.rstrip('/')}/version", verify=_tls(context), timeout=seconds
        )
        if answer.status_code in _UNAUTHORIZED:
            return "reachable"
        answer.raise_for_status()
        return clean_line(str(answer.json()["gitVersion"]), 40)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, KeyError, TypeError) as error:
        raise ClusterUnreachable(
            f"The Kubernetes cluster of context “{context.name}” does not answer",
            on=context.server,
            said=str(error) or type(error).__name__,
            todo="Check that it runs and that this machine may reach it (VPN, proxy), then retry.",
        ) from error


def _tls(context: Context) -> ssl.SSLContext | bool:
    if context.insecure:
        return False
    if not context.ca:
        return True
    return ssl.create_default_context(cadata=context.ca)
