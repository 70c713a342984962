"""Which cluster a preview reached, beside the one that is recorded for the stack. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from philotes_tui.engine.target import Target
from philotes_tui.engine.values import SECRET, UNKNOWN
from philotes_tui.foreign import clean_line

OUTPUT = "clusterId"
"""The stack's output that names the cluster that was reached."""
_SHORT = 8


@dataclass(frozen=True)
class ClusterIdentity:
    """A cluster by the UID of its Namespace `kube-system`, which no other cluster has.

    Attributes:
        context: The kubeconfig context that leads there.
        reached: The id of the cluster that answered; empty where that is not known.
        recorded: The id in the stack file; empty where none is recorded.
    """

    context: str
    reached: str
    recorded: str

    @property
    def matches(self) -> bool | None:
        """Whether the cluster is the one recorded; None where there is nothing to compare."""
        return self.reached == self.recorded if self.reached and self.recorded else None

    @property
    def recordable(self) -> bool:
        """Whether the id is known and may be recorded, because none is yet."""
        return bool(self.reached) and not self.recorded

    @property
    def short(self) -> str:
        """The beginning of the id, enough to tell clusters apart by eye."""
        return short_id(self.reached or self.recorded)

    @property
    def standing(self) -> str:
        """How the cluster stands to what is recorded, in two words or three."""
        if self.matches is None:
            return "not recorded" if self.reached else ""
        return "as recorded" if self.matches else f"recorded is {self.recorded}"


def cluster_of(target: Target, outputs: Mapping[str, object]) -> ClusterIdentity:
    """Return the cluster that an operation's outputs tell of.

    Args:
        target: The stack's destination.
        outputs: The outputs of a preview or deploy to it.
    """
    told = outputs.get(OUTPUT)
    known = isinstance(told, str) and told not in {SECRET, UNKNOWN}
    reached = clean_line(told, 80) if isinstance(told, str) and known else ""
    return ClusterIdentity(target.context, reached, target.cluster_id)


def short_id(cluster_id: str) -> str:
    """Return the beginning of a cluster's id."""
    return clean_line(cluster_id, 80)[:_SHORT]
