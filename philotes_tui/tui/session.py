"""What all screens know together: where a deploy would go, and what is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from philotes_tui.engine import StackSummary, Target
from philotes_tui.errors import PhilotesError


@dataclass(frozen=True)
class Place:
    """Where the operator stands.

    Attributes:
        stack: The stack selected.
        registry: The registry to show while the target is being read.
        target: The stack's destination, or None until it is read.
        fault: Why the target cannot be read.
        local: Whether the local charts are used.
        demo: Whether this is the demo.
    """

    stack: str
    registry: str = ""
    target: Target | None = None
    fault: PhilotesError | None = None
    local: bool = False
    demo: bool = False

    @property
    def is_production(self) -> bool:
        """Whether the target is known to be production."""
        return self.target is not None and self.target.is_production


@dataclass(frozen=True)
class Deployed:
    """What is deployed where, as far as it has been read.

    Attributes:
        stacks: The summaries by stack name; empty until they are read.
        reading: Whether they are being read now.
        fault: Why they could not be read the last time.
    """

    stacks: Mapping[str, StackSummary] = field(default_factory=dict)
    reading: bool = False
    fault: PhilotesError | None = None

    def version(self, stack: str) -> str:
        """Return what is deployed on a stack, or an empty string."""
        summary = self.stacks.get(stack)
        return summary.deployed if summary else ""

    def describe(self, stack: str) -> str:
        """Return what is deployed on a stack, `nothing`, or `unknown` where it was not read."""
        summary = self.stacks.get(stack)
        if summary is None and (self.reading or self.fault is not None):
            return "unknown"
        return (summary.shown if summary else "") or "nothing"

    def brief(self, stack: str) -> str:
        """Return the same in a few cells; empty for nothing."""
        summary = self.stacks.get(stack)
        if summary is None or not summary.resources:
            return ""
        if summary.updating:
            return "updating"
        return f"{summary.deployed} !unfinished".strip() if summary.unfinished else summary.shown

    def by_version(self) -> Mapping[str, tuple[str, ...]]:
        """Return the stacks that each version is deployed on."""
        found: dict[str, tuple[str, ...]] = {}
        for name, summary in self.stacks.items():
            found[summary.deployed] = (*found.get(summary.deployed, ()), name)
        return found
