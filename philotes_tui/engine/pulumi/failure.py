"""All that is known of an operation that did not succeed. Pure."""

import re
from dataclasses import dataclass

from philotes_tui.engine.events import Kind
from philotes_tui.engine.file_backend import Lock
from philotes_tui.engine.values import without_credentials
from philotes_tui.foreign import clean_line, clean_text

_LONGEST_SAID = 800
_PREAMBLE = re.compile(r"^\S+ resource '[^']*' has a problem: ")
_NAMES = {
    Kind.PREVIEW: "preview",
    Kind.UP: "deploy",
    Kind.DESTROY: "destroy",
    Kind.REFRESH: "refresh",
}


@dataclass(frozen=True)
class Failure:
    """All that is known of an operation that did not succeed.

    Attributes:
        source: What was to be deployed, as people call it.
        code: The command line's exit code; negative for a signal.
        stderr: What it printed there.
        diagnostics: The engine's error messages, in order.
        locks: Who holds the stack, where the backend's files tell.
        cancelled: Whether this program asked it to stop.
        project_dir: Where Pulumi's own commands find the project.
        backend_url: Where they find the stack; empty if they know by themselves.
        program: The command line, as a person has to type it.
        recorded: Whether the stack file itself records the cluster it is for.
    """

    kind: Kind
    stack: str
    source: str
    code: int
    stderr: str
    diagnostics: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    cancelled: bool = False
    project_dir: str = ""
    backend_url: str = ""
    program: str = "pulumi"
    recorded: bool = False

    @property
    def name(self) -> str:
        """Return how people call the operation."""
        return _NAMES[self.kind]

    @property
    def text(self) -> str:
        """Return everything that was said."""
        return "\n".join((*self.diagnostics, self.stderr))

    def said(self, pattern: str = "") -> str:
        """Return the message that says most: the first that matches, the first at all."""
        messages = [*self.diagnostics, *error_lines(self.stderr)]
        found = next((m for m in messages if re.search(pattern, m, re.IGNORECASE)), "")
        more = len(self.diagnostics) - 1
        text = short(found or next(iter(messages), f"exit code {self.code}"))
        return text + (f" (and {more} more)" if more > 0 and not pattern else "")


def error_lines(stderr: str) -> list[str]:
    """Return the messages of errors among printed lines, or all lines where none is one."""
    lines = [clean_line(without_credentials(line)) for line in stderr.splitlines()]
    return [line.removeprefix("error: ") for line in lines if line.startswith("error: ")] or [
        line for line in lines if line
    ]


def short(text: str, limit: int = _LONGEST_SAID) -> str:
    """Return a message without credentials and without what only names its resource."""
    return clean_text(_PREAMBLE.sub("", without_credentials(text)), limit).strip()
