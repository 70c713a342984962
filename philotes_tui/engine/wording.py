"""The words for operations and resources that commands and screens share. Pure."""

from collections.abc import Mapping

from philotes_tui.engine import Kind

OPERATION: Mapping[Kind, str] = {
    Kind.PREVIEW: "preview",
    Kind.UP: "deploy",
    Kind.DESTROY: "destroy",
    Kind.REFRESH: "refresh",
}


def short_type(token: str) -> str:
    """Return `Deployment` for `kubernetes:apps/v1:Deployment`."""
    return token.rsplit(":", 1)[-1]


INTERRUPTED = (
    "Resources being changed are interrupted and counted as not done; the next preview shows them."
)
"""What a cancel does: the Kubernetes provider stops waiting at once (its `Cancel` call)."""
