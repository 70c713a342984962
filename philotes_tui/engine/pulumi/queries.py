"""What a backend knows of stacks: read from its files where possible, else asked for."""

import json
from collections.abc import Iterable, Mapping

from pulumi.automation import CommandResult

from philotes_tui.engine.events import Kind
from philotes_tui.engine.file_backend import FileBackend
from philotes_tui.engine.history import instant, update_of
from philotes_tui.engine.protocol import StackSummary, Update
from philotes_tui.engine.pulumi.command import Command
from philotes_tui.engine.pulumi.failure import Failure
from philotes_tui.engine.pulumi.failures import error_of
from philotes_tui.engine.values import plain_mapping
from philotes_tui.errors import BackendUnavailable
from philotes_tui.foreign import clean_line

EXIT_STACK_NOT_FOUND = 6
"""pulumi/pulumi:sdk/go/common/util/cmdutil/exit.go."""


class Queries:
    """Reads stacks, outputs and history of one project.

    Args:
        command: A command line of its own, so that no operation's cancel hits it.
        cwd: The project folder.
        backend: The backend's files, where there are such.
    """

    def __init__(self, command: Command, cwd: str, backend: FileBackend | None) -> None:
        self._command = command
        self._cwd = cwd
        self._backend = backend

    def stacks(self, configured: Iterable[str]) -> tuple[StackSummary, ...]:
        """Return the configured stacks, then those only the backend knows.

        Raises:
            BackendUnavailable, ToolMissing: The backend cannot be asked.
        """
        if self._backend is not None:
            known = {name: self._backend.summary(name) for name in self._backend.stacks()}
        else:
            known = {summary.name: summary for summary in self._listed()}
        names = dict.fromkeys((*configured, *sorted(known)))
        return tuple(known.get(name) or StackSummary(name) for name in names)

    def outputs(self, stack: str) -> Mapping[str, object]:
        """Return the stack's outputs, secrets masked; empty for a stack without any."""
        if self._backend is not None:
            return self._backend.summary(stack).outputs or {}
        return plain_mapping(self._json(stack, "stack", "output", "--json"))

    def history(self, stack: str, limit: int) -> tuple[Update, ...]:
        """Return the latest updates, newest first."""
        if self._backend is not None:
            return self._backend.history(stack, limit)
        found = self._json(
            stack, "stack", "history", "--json", "--page-size", str(limit), "--page", "1"
        )
        items = found if isinstance(found, list) else []
        return tuple(update_of(item) for item in items if isinstance(item, Mapping))

    def _listed(self) -> Iterable[StackSummary]:
        found = self._json("", "stack", "ls", "--json")
        for item in found if isinstance(found, list) else ():
            name, count = clean_line(str(item.get("name", ""))), int(item.get("resourceCount") or 0)
            yield StackSummary(
                name=name.rpartition("/")[2],
                resources=count,
                updated=instant(item.get("lastUpdate")),
                updating=bool(item.get("updateInProgress")),
                outputs=self.outputs(name) if count else None,
                unfinished=self._unfinished(name) if count else "",
            )

    def _unfinished(self, stack: str) -> str:
        last = next((u for u in self.history(stack, 1) if u.kind == "update"), None)
        if last is None or last.result in {"succeeded", "in-progress"}:
            return ""
        return last.version or "an update"

    def _json(self, stack: str, *args: str) -> object:
        flags = ["--stack", stack] if stack else []
        result = self._command.run([*args, *flags, "--color=never"], self._cwd, {})
        if result.code == EXIT_STACK_NOT_FOUND:
            return None
        if result.code != 0:
            raise error_of(_failure(stack, result))
        try:
            return json.loads(result.stdout or "null")
        except ValueError as error:
            raise BackendUnavailable(
                "Pulumi's answer about the stacks cannot be read", said=str(error)
            ) from error


def _failure(stack: str, result: CommandResult) -> Failure:
    return Failure(Kind.REFRESH, stack, "", result.code, result.stderr)
