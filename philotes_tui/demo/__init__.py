"""The embedded demo: a real registry and a real Kubernetes, on loopback, in one folder."""

from philotes_tui.demo.demo import STACKS, TOOLS, Demo, Progress, Step, reset
from philotes_tui.demo.published import PUBLISHED, PublishedVersion
from philotes_tui.demo.state import is_running

__all__ = [
    "PUBLISHED",
    "STACKS",
    "TOOLS",
    "Demo",
    "Progress",
    "PublishedVersion",
    "Step",
    "is_running",
    "reset",
]
