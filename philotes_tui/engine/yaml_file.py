"""Stack files as YAML documents: read with line numbers, written in one step."""

import io
import os
import tempfile
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from philotes_tui.errors import SettingsError, StateFolderError

_MODE = 0o600


def save(path: Path, text: str) -> None:
    """Write the file in one step, with the mode it has, or 0600 if it is new.

    A symbolic link stays one: the file it leads to is written.

    Raises:
        StateFolderError: The disk is full or the folder cannot be written; the old
            file is untouched.
    """
    draft: str | None = None
    try:
        path = Path(os.path.realpath(path))  # as given, where links go round in a circle
        mode = path.stat().st_mode & 0o777 if path.exists() else _MODE
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except OSError as error:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)
        raise StateFolderError(
            "The stack's configuration cannot be saved",
            on=str(path),
            said=error.strerror or str(error),
            todo="Free some space or make the folder writable, then try again.",
        ) from error


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    return yaml


def dumped(document: CommentedMap) -> str:
    """Return the document's text, its comments, quotes and order as they were."""
    stream = io.StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def parse_document(text: str, path: Path) -> CommentedMap:
    """Return the document that `text` is; an empty text gives an empty one.

    Raises:
        SettingsError: It is no YAML, or not a mapping with a mapping `config`.
    """
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = error.problem or error.context or "not valid"
        raise wrong(path, line, "The stack file is not valid YAML", str(said)) from error
    except YAMLError as error:
        raise wrong(path, 1, "The stack file is not valid YAML", str(error)) from error
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise wrong(path, 1, "The stack file is not a mapping")
    config = document.get("config")
    if config is not None and not isinstance(config, CommentedMap):
        raise wrong(
            path, line_of(document, "config"), "“config” in the stack file is not a mapping"
        )
    return document


def line_of(mapping: CommentedMap, key: str) -> int:
    """Return the line a key stands on, counted from 1."""
    try:
        return int(mapping.lc.key(key)[0]) + 1
    except (KeyError, TypeError, AttributeError):
        return 1


def wrong(path: Path, line: int, what: str, said: str = "") -> SettingsError:
    """Return the error that names a line of a stack file."""
    return SettingsError(
        what, on=f"{path}:{line}", said=said, todo=f"Correct line {line} of {path.name}."
    )
