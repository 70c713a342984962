"""Which properties change between two states of a resource, by path."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from philotes_tui.engine.events import ChangeKind, PropertyChange
from philotes_tui.engine.values import SECRET, UNKNOWN

Path: TypeAlias = tuple[str | int, ...]

_ABSENT = object()
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]*")
_PART = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+)          # a or .a
      | \[(?P<index>\d+)\]               # [0]
      | \["(?P<quoted>(?:[^"\\]|\\.)*)"\]  # ["c.d"], quotes escaped
      | \[(?P<star>\*)\]
      | \.?\["(?P<open>.*)               # unbalanced: take the rest as a key
    """,
    re.VERBOSE | re.DOTALL,
)


def parse_path(text: str) -> Path:
    """Return the steps of a property path such as `a.b[0]["c.d"]`.

    What does not follow the syntax is taken as one literal key
    (pulumi/pulumi:sdk/go/common/resource/property_path.go).
    """
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None or found.end() == position:
            return (text,)
        if found["index"] is not None:
            parts.append(int(found["index"]))
        elif found["quoted"] is not None:
            parts.append(re.sub(r"\\(.)", r"\1", found["quoted"]))
        else:
            parts.append(found["name"] or found["star"] or found["open"])
        position = found.end()
    return tuple(parts)


def format_path(path: Path) -> str:
    """Return a path as it is written, the reverse of `parse_path`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def lookup(value: object, path: Path) -> object:
    """Return what stands at a path, or None where there is nothing."""
    found = _find(value, path)
    return None if found is _ABSENT else found


def has(value: object, path: Path) -> bool:
    """Return whether anything stands at a path."""
    return _find(value, path) is not _ABSENT


def _find(value: object, path: Path) -> object:
    for part in path:
        match value, part:
            case Mapping(), str() if part in value:
                value = value[part]
            case list(), int() if part < len(value):
                value = value[part]
            case str(), _ if value in {SECRET, UNKNOWN}:
                return value  # what is masked as a whole is masked in its parts
            case _:
                return _ABSENT
    return value


def structural(before: object, after: object, path: Path = ()) -> Iterator[PropertyChange]:
    """Yield the properties in which two plain JSON values differ, in the order of `after`."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*after, *(k for k in before if k not in after)]:
            yield from structural(
                before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, str(key))
            )
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from structural(_item(before, index), _item(after, index), (*path, index))
    elif before is _ABSENT:
        yield PropertyChange(format_path(path), ChangeKind.ADD, None, after)
    elif after is _ABSENT:
        yield PropertyChange(format_path(path), ChangeKind.DELETE, before, None)
    else:
        yield PropertyChange(format_path(path), ChangeKind.UPDATE, before, after)


def _item(items: list[object], index: int) -> object:
    return items[index] if index < len(items) else _ABSENT
