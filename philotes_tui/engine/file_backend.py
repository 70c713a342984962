"""What a `file://` backend holds, read without starting the Pulumi command line.

The layout is that of pulumi/pulumi:pkg/backend/diy (`store.go`, `lock.go`,
`state.go`), project-scoped stores, `meta.yaml` version 1.
"""

import gzip
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from philotes_tui.engine.history import instant, update_of
from philotes_tui.engine.protocol import StackSummary, Update
from philotes_tui.engine.values import plain_mapping
from philotes_tui.foreign import clean_line

_STACK_TYPE = "pulumi:pulumi:Stack"
_WHOLE = {"succeeded", None}
"""Results of updates that left nothing to finish; none is written while one goes on."""


@dataclass(frozen=True)
class Lock:
    """Who holds a stack.

    Attributes:
        pid: The process, on `host`.
        since: When the lock was taken, as written.
        alive: Whether that process still lives; None where that cannot be told.
    """

    user: str
    host: str
    pid: int
    since: str
    alive: bool | None


def backend_url(environ: Mapping[str, str], project_url: str) -> str:
    """Return the backend Pulumi will use: by environment, by project, by login; or empty.

    Args:
        environ: The environment the command line will see.
        project_url: What the project file says, or empty.
    """
    if url := environ.get("PULUMI_BACKEND_URL") or project_url:
        return url
    home = Path(environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folder = Path(environ.get("PULUMI_CREDENTIALS_PATH") or home)
    return str(_json(folder / "credentials.json").get("current") or "")


def backend_folder(url: str, base: Path) -> Path | None:
    """Return the folder behind a `file://` URL, or None for any other backend.

    Args:
        url: The backend's URL.
        base: The folder that relative URLs start from.

    `file://~` is the home folder, `file://./x` is relative
    (pulumi/pulumi:pkg/backend/diy/backend.go, `massageBlobPath`).
    """
    if not url.startswith("file://"):
        return None
    path = unquote(urlsplit("file:///" + url.removeprefix("file://").lstrip("/")).path)
    rest = url.removeprefix("file://")
    text = path if rest.startswith("/") else path.lstrip("/")
    return base / Path(text).expanduser()


@dataclass(frozen=True)
class FileBackend:
    """The state of one project in a folder."""

    folder: Path
    project: str

    @property
    def readable(self) -> bool:
        """Whether the layout is the one known here, or nothing is there yet."""
        meta = self._root / "meta.yaml"
        if not meta.exists():
            return not (self._root / "stacks").exists()
        try:
            return "version: 1" in meta.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return False

    @property
    def _root(self) -> Path:
        return self.folder / ".pulumi"

    def stacks(self) -> tuple[str, ...]:
        """Return the names of the project's stacks, sorted."""
        folder = self._root / "stacks" / self.project
        names = (p.name for p in folder.glob("*.json*"))
        return tuple(
            sorted({n.removesuffix(".gz").removesuffix(".json") for n in names if _is_state(n)})
        )

    def exists(self, stack: str) -> bool:
        """Return whether the backend knows the stack."""
        return self._state_file(stack) is not None

    def summary(self, stack: str) -> StackSummary:
        """Return what is deployed on the stack; an unknown stack has no resources."""
        latest = self._latest(stack)
        resources = latest.get("resources")
        manifest = latest.get("manifest")
        time = manifest.get("time") if isinstance(manifest, Mapping) else None
        return StackSummary(
            name=stack,
            resources=len(resources) if isinstance(resources, list) else 0,
            updated=instant(time) if self._has_history(stack) else None,
            updating=any(lock.alive is not False for lock in self.locks(stack)),
            outputs=_outputs(resources),
            unfinished=self._unfinished(stack, latest),
        )

    def history(self, stack: str, limit: int) -> tuple[Update, ...]:
        """Return the latest updates of the stack with their outputs, newest first."""
        entries = self._entries(stack)[::-1][: max(0, limit)]
        return tuple(update_of(_json(entry), _outputs_after(entry)) for entry in entries)

    def _entries(self, stack: str) -> list[Path]:
        """Return the files of the stack's history, oldest first; their names hold the time."""
        folder = self._root / "history" / self.project / stack
        return sorted(p for p in folder.glob("*.history.json*") if _is_state(p.name))

    def _unfinished(self, stack: str, latest: Mapping[str, Any]) -> str:
        """Return what an update was after that failed, was cancelled or was killed.

        One that was refused or failed before it changed an object left nothing unfinished.
        """
        paths = self._entries(stack)[::-1]
        for path, before in zip_longest(paths, paths[1:]):
            update = _json(path)
            if update.get("kind") != "update" or update.get("result") in _WHOLE:
                break
            left = _deployed_after(path)
            if left is None or left != (_deployed_after(before) if before else {}):
                return update_of(update).version or "an update"
        # A killed command line writes no history, but what it had begun stands in the state.
        return "an update" if latest.get("pending_operations") else ""

    def locks(self, stack: str) -> tuple[Lock, ...]:
        """Return who holds the stack right now."""
        folder = self._root / "locks" / "organization" / self.project / stack
        found = (_json(path) for path in sorted(folder.glob("*.json")))
        return tuple(_lock(content) for content in found if content)

    def _has_history(self, stack: str) -> bool:
        return bool(self._entries(stack))

    def _state_file(self, stack: str) -> Path | None:
        folder = self._root / "stacks" / self.project
        candidates = (folder / f"{stack}.json", folder / f"{stack}.json.gz")
        return next((path for path in candidates if path.is_file()), None)

    def _latest(self, stack: str) -> Mapping[str, Any]:
        file = self._state_file(stack)
        return _latest_in(file) if file else {}


def _is_state(name: str) -> bool:
    return name.endswith((".json", ".json.gz"))


def _json(path: Path) -> Mapping[str, Any]:
    """Return a file's JSON object; empty where it is gone or half written."""
    try:
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except (OSError, EOFError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _latest_in(file: Path) -> Mapping[str, Any]:
    """Return the state in a checkpoint (pulumi/pulumi:sdk/go/common/apitype/core.go)."""
    content: Any = _json(file)
    for key in ("checkpoint", "latest"):
        content = content.get(key) if isinstance(content, Mapping) else None
    return content if isinstance(content, Mapping) else {}


def _deployed_after(entry: Path) -> Mapping[str, object] | None:
    """Return the cluster's objects in the checkpoint beside an entry of the history, if it is kept.

    An update that was refused, or failed at its first step, leaves them as they were. One that
    failed half-way does not, and neither does an object that was changed but never got ready:
    its new inputs and its errors are kept (pulumi/pulumi:sdk/go/common/apitype/core.go).
    """
    file = _checkpoint_beside(entry)
    if not file.exists():
        return None
    return {
        str(each.get("urn")): [each.get(key) for key in ("id", "inputs", "outputs", "initErrors")]
        for each in _mappings(_latest_in(file).get("resources"))
        if each.get("custom") and not each.get("external") and not _is_provider(each)
    }


def _is_provider(resource: Mapping[str, Any]) -> bool:
    return str(resource.get("type", "")).startswith("pulumi:providers:")


def _outputs_after(entry: Path) -> Mapping[str, object] | None:
    """Return the outputs in the checkpoint that stands beside an entry of the history."""
    return _outputs(_latest_in(_checkpoint_beside(entry)).get("resources"))


def _checkpoint_beside(entry: Path) -> Path:
    return entry.with_name(entry.name.replace(".history.json", ".checkpoint.json"))


def _outputs(resources: object) -> Mapping[str, object] | None:
    for resource in _mappings(resources):
        if resource.get("type") == _STACK_TYPE:
            return plain_mapping(resource.get("outputs"))
    return None


def _mappings(items: object) -> Iterator[Mapping[str, Any]]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield item


def _lock(content: Mapping[str, Any]) -> Lock:
    pid = content.get("pid")
    number = pid if isinstance(pid, int) else 0
    host = clean_line(str(content.get("hostname", "")), 200)
    return Lock(
        user=clean_line(str(content.get("username", "")), 200),
        host=host,
        pid=number,
        since=clean_line(str(content.get("timestamp", "")), 60),
        alive=_alive(number) if host == socket.gethostname() and number > 0 else None,
    )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
