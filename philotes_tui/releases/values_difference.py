"""What differs between the values of two versions, key by key. Pure.

Keys are written as Helm's `--set` takes them (helm.sh/docs/intro/using_helm): `a.b[0].c`, with a
backslash before a dot that belongs to a name.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from philotes_tui.releases.default_values import Budget

SHORT_LIST = 8
"""Entries of a list of plain values up to which it is told as a whole."""
_LONGEST_WHOLE = 100
_MOST_ALIGNED = 500
_KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    list: "list",
    dict: "mapping",
}
_SPECIAL = re.compile(r"([.\[\],={}\\])")


class Change(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class KeyDifference:
    """One value that differs.

    Attributes:
        key: Its path, such as `api.replicaCount` or `api.env[0].name`.
        change: What became of it.
        before: What it was, in values that JSON has; None where it was not there, or null.
        after: What it is; the same.
    """

    key: str
    change: Change
    before: Any = None
    after: Any = None


def key_differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[KeyDifference, ...]:
    """Return what differs, in the order of the older values, what is new after them.

    Raises:
        TooLarge: There are too many values, or they stand too deep.
    """
    return tuple(_Comparison().compared("", before, after))


class _Comparison:
    """Walks through both at once."""

    def __init__(self) -> None:
        self._budget = Budget()

    def compared(self, path: str, old: Any, new: Any, depth: int = 0) -> Iterator[KeyDifference]:
        self._budget.spend(depth)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self._mappings(path, old, new, depth)
        elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
            yield from self._lists(path, old, new, depth)
        elif not self._same(old, new, depth):
            yield KeyDifference(path, Change.CHANGED, plain(old), plain(new))

    def _mappings(
        self, path: str, old: Mapping[Any, Any], new: Mapping[Any, Any], depth: int
    ) -> Iterator[KeyDifference]:
        for key in (*old, *(key for key in new if key not in old)):
            below = f"{path}.{_name(key)}" if path else _name(key)
            if key not in old:
                yield from self._leaves(below, new[key], Change.ADDED, depth + 1)
            elif key not in new:
                yield from self._leaves(below, old[key], Change.REMOVED, depth + 1)
            else:
                yield from self.compared(below, old[key], new[key], depth + 1)

    def _lists(
        self, path: str, old: Sequence[Any], new: Sequence[Any], depth: int
    ) -> Iterator[KeyDifference]:
        if _is_short(old) and _is_short(new):
            if not self._same(old, new, depth):
                yield KeyDifference(path, Change.CHANGED, plain(old), plain(new))
            return
        for kind, first, last, start, end in self._aligned(old, new, depth):
            paired = min(last - first, end - start) if kind == "replace" else 0
            for step in range(paired):
                at = f"{path}[{start + step}]"
                yield from self.compared(at, old[first + step], new[start + step], depth + 1)
            if kind == "equal":
                continue
            for index in range(first + paired, last):
                yield from self._leaves(f"{path}[{index}]", old[index], Change.REMOVED, depth + 1)
            for index in range(start + paired, end):
                yield from self._leaves(f"{path}[{index}]", new[index], Change.ADDED, depth + 1)

    def _aligned(
        self, old: Sequence[Any], new: Sequence[Any], depth: int
    ) -> Sequence[tuple[str, int, int, int, int]]:
        """Return which entries belong together, so that one more does not move all after it."""
        if max(len(old), len(new)) > _MOST_ALIGNED:
            return [("replace", 0, len(old), 0, len(new))]
        texts = [[self._text(each, depth + 1) for each in side] for side in (old, new)]
        return difflib.SequenceMatcher(a=texts[0], b=texts[1], autojunk=False).get_opcodes()

    def _leaves(self, path: str, value: Any, change: Change, depth: int) -> Iterator[KeyDifference]:
        self._budget.spend(depth)
        if isinstance(value, Mapping) and value:
            for key, below in value.items():
                yield from self._leaves(f"{path}.{_name(key)}", below, change, depth + 1)
        elif isinstance(value, list | tuple) and not _is_short(value):
            for index, below in enumerate(value):
                yield from self._leaves(f"{path}[{index}]", below, change, depth + 1)
        elif change is Change.ADDED:
            yield KeyDifference(path, change, after=plain(value))
        else:
            yield KeyDifference(path, change, before=plain(value))

    def _same(self, old: Any, new: Any, depth: int) -> bool:
        return self._text(old, depth) == self._text(new, depth)

    def _text(self, value: Any, depth: int) -> str:
        """Return a text that two values share if they are the same, of the same type."""
        self._budget.spend(depth)
        if isinstance(value, Mapping):
            pairs = ((_name(key), self._text(value[key], depth + 1)) for key in value)
            return "{" + ",".join(f"{key}:{text}" for key, text in sorted(pairs)) + "}"
        if isinstance(value, list | tuple):
            return "[" + ",".join(self._text(each, depth + 1) for each in value) + "]"
        return compact(plain(value))


def compact(value: Any) -> str:
    """Return a value on one line as YAML and JSON both read it: text in quotation marks."""
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: keys, and all that JSON has not, are text."""
    match value:
        case Mapping():
            return {_bare(key): plain(below) for key, below in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case set():
            return sorted(map(_bare, value))
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def kind_of(value: Any) -> str:
    """Return what kind of value it is, in YAML's words."""
    return _KINDS.get(type(value), "")


def _is_short(value: Sequence[Any]) -> bool:
    if len(value) > SHORT_LIST or any(isinstance(each, Mapping | list | tuple) for each in value):
        return False
    return sum(len(str(each)) + 2 for each in value) <= _LONGEST_WHOLE


def _name(key: Any) -> str:
    """Return a key as a part of a path."""
    return _SPECIAL.sub(r"\\\1", _bare(key))


def _bare(key: Any) -> str:
    spelled = plain(key)
    return spelled if isinstance(spelled, str) else compact(spelled)
