"""Events as JSON lines: what `--json` streams, and what a finished operation is replayed from.

One object a line. `event` names the kind of event in lower case with hyphens
(`operation-started`, `step-done`, `operation-ended`, …); the other keys are the
fields of the class of that name in `philotes_tui.engine.events`, `at` in seconds
since the epoch. A `step` is an object of the fields of `Step`, its `changes` a
list of objects of the fields of `PropertyChange`. Fields are only ever added.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from philotes_tui.engine.events import (
    ChangeKind,
    Event,
    Kind,
    PropertyChange,
    Result,
    Severity,
    Step,
)
from philotes_tui.engine.events import Op as Operation

_CLASSES = {re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower(): cls for cls in get_args(Event)}
_NAMES = {cls: name for name, cls in _CLASSES.items()}


def to_json(event: Event) -> dict[str, object]:
    """Return the event as a JSON object."""
    return {"event": _NAMES[type(event)], **_plain(event)}


def from_json(document: Mapping[str, Any]) -> Event:
    """Return the event that a JSON object spells; keys it does not know are ignored.

    Raises:
        ValueError: It is no event.
    """
    cls = _CLASSES.get(str(document.get("event")))
    if cls is None:
        raise ValueError(f"no such event: {document.get('event')!r}")
    try:
        made: Event = cls(**_arguments(cls, document))
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a complete {document['event']} event: {error}") from error
    return made


def dump(events: Iterable[Event]) -> Iterator[str]:
    """Yield each event as one line without its end."""
    for event in events:
        yield json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))


def load(lines: Iterable[str]) -> Iterator[Event]:
    """Yield the events of a recording; empty lines are skipped.

    Raises:
        ValueError: A line is no event.
    """
    for line in lines:
        if line.strip():
            yield from_json(json.loads(line))


def _plain(value: Any) -> dict[str, object]:
    return {field.name: _json(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _json(value: object) -> object:
    if isinstance(value, Step | PropertyChange):
        return _plain(value)
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _arguments(cls: type, document: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in dataclasses.fields(cls)}
    return {
        name: _READERS.get((cls.__name__, name), _as_is)(value)
        for name, value in document.items()
        if name in known
    }


def _as_is(value: Any) -> Any:
    return value


def _step(document: Mapping[str, Any]) -> Step:
    return Step(**_arguments(Step, document))


def _changes(items: Iterable[Mapping[str, Any]]) -> tuple[PropertyChange, ...]:
    return tuple(PropertyChange(**_arguments(PropertyChange, item)) for item in items)


_READERS: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("OperationStarted", "kind"): Kind,
    ("OperationEnded", "result"): Result,
    ("Diagnostic", "severity"): Severity,
    ("StepStarted", "step"): _step,
    ("StepDone", "step"): _step,
    ("StepFailed", "step"): _step,
    ("Step", "op"): Operation,
    ("Step", "changes"): _changes,
    ("PropertyChange", "kind"): ChangeKind,
}
