"""What changes in one resource, as lines to read. Pure."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from philotes_tui.engine import ChangeKind, Op, PropertyChange, Resource, Severity, Step
from philotes_tui.foreign import clean_line, clean_text
from philotes_tui.tui.tree import without_urns

LONGEST_DIFF = 4_000
"""Lines; beyond this both sides are shown whole, for comparing them takes too long."""

_CONTEXT = 3
_IMAGE = re.compile(r"(?:^|[.\]])(?:image|imageTag|tag)$")
_SIGN = {ChangeKind.ADD: "+", ChangeKind.UPDATE: "~", ChangeKind.DELETE: "-"}


class Tone(StrEnum):
    """What a line is about, which decides how it looks."""

    PLAIN = "plain"
    HEADING = "heading"
    PATH = "path"
    IMAGE = "image"
    BEFORE = "before"
    AFTER = "after"
    MUTED = "muted"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Line:
    """One line and what it is about.

    Attributes:
        text: One line of clean text.
        tone: Decides the colour; the text alone must already say it.
        indent: Cells by which the line's continuation is moved right.
    """

    text: str
    tone: Tone = Tone.PLAIN
    indent: int = 0


def resource_lines(resource: Resource) -> tuple[Line, ...]:
    """Return what an operation does to one resource: messages, then properties."""
    return (*_messages(resource), *_properties(resource))


def _messages(resource: Resource) -> Iterator[Line]:
    tones = {Severity.ERROR: Tone.ERROR, Severity.WARNING: Tone.WARNING}
    for diagnostic in resource.diagnostics:
        tone = tones.get(diagnostic.severity, Tone.MUTED)
        for text in clean_text(without_urns(diagnostic.text)).rstrip().splitlines():
            yield Line(f"{diagnostic.severity.value}: {text}", tone, 2)
    if resource.diagnostics:
        yield Line("")


def _properties(resource: Resource) -> Iterator[Line]:
    step = resource.step
    if step.changes:
        for change in sorted(step.changes, key=lambda c: not is_image(c.path)):
            yield from change_lines(change)
    elif step.op is Op.CREATE and step.inputs:
        yield from _signed("+ ", step.inputs, Tone.AFTER)
    elif step.op is Op.DELETE and step.inputs:
        yield from _signed("- ", step.inputs, Tone.BEFORE)
    elif step.op is Op.SAME:
        yield Line("Nothing changes here.", Tone.MUTED)
        if step.inputs:
            yield from (Line(f"  {t}", Tone.MUTED, 4) for t in yaml_lines(step.inputs))
    else:
        yield Line("The engine names no properties for this step.", Tone.MUTED)


def _signed(sign: str, value: object, tone: Tone) -> Iterator[Line]:
    for text in yaml_lines(value):
        is_picture = re.match(r"[\s-]*image: ", text) is not None
        yield Line(sign + text, Tone.IMAGE if is_picture else tone, 4)


def is_image(path: str) -> bool:
    """Return whether a property names a container image or its tag."""
    return _IMAGE.search(path) is not None


def images(step: Step) -> str:
    """Return how the images of a resource change, such as `◆ 0.1.0 → 0.2.0`."""
    parts = []
    for change in step.changes:
        before, after = change.before, change.after
        if is_image(change.path) and isinstance(before, str) and isinstance(after, str):
            old, new = clean_line(before), clean_line(after)
            repository = old.rpartition(":")[0]
            if repository and repository == new.rpartition(":")[0]:
                old, new = old.rpartition(":")[2], new.rpartition(":")[2]
            parts.append(f"◆ {old} → {new}")
    return "  ".join(dict.fromkeys(parts))


def change_lines(change: PropertyChange) -> Iterator[Line]:
    """Yield one changed property: its path, then before and after."""
    image = is_image(change.path)
    heading = f"{_SIGN[change.kind]} {clean_line(change.path)}"
    if image:
        heading += "  ◆ image"
    if change.replaces:
        heading += "  ! forces replacement"
    yield Line(heading, Tone.IMAGE if image else Tone.PATH, 4)
    before, after = change.before, change.after
    texts = isinstance(before, str) and isinstance(after, str)
    if change.kind is ChangeKind.UPDATE and texts and "\n" in f"{before}{after}":
        yield from text_diff(str(before), str(after))
        return
    if change.kind is ChangeKind.UPDATE and before == after:
        yield Line(f"      {scalar(before)} (changes, but both values are masked)", Tone.MUTED, 6)
        return
    if change.kind is not ChangeKind.ADD:
        yield from (Line(f"    - {t}", Tone.BEFORE, 6) for t in yaml_lines(before))
    if change.kind is not ChangeKind.DELETE:
        yield from (Line(f"    + {t}", Tone.AFTER, 6) for t in yaml_lines(after))


def text_diff(before: str, after: str) -> Iterator[Line]:
    """Yield the changed lines of a text of several lines, with a few around each change."""
    old, new = clean_text(before).splitlines(), clean_text(after).splitlines()
    if len(old) + len(new) > LONGEST_DIFF:
        yield from (Line(f"    - {t}", Tone.BEFORE, 6) for t in old)
        yield from (Line(f"    + {t}", Tone.AFTER, 6) for t in new)
        return
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        if number:
            yield Line("      ⋯", Tone.MUTED)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line(f"      {t}", Tone.MUTED, 6) for t in old[i1:i2])
                continue
            yield from (Line(f"    - {t}", Tone.BEFORE, 6) for t in old[i1:i2])
            yield from (Line(f"    + {t}", Tone.AFTER, 6) for t in new[j1:j2])


def yaml_lines(value: object) -> list[str]:
    """Return a JSON value as lines in the manner of YAML; every line is clean."""
    return list(_yaml(value))


def _yaml(value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _entry(f"{clean_line(str(key))}:", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for inner in value:
            lines = list(_yaml(inner))
            yield f"- {lines[0]}"
            yield from (f"  {line}" for line in lines[1:])
    elif isinstance(value, str) and "\n" in value:
        yield "|"
        yield from (f"  {line}" for line in clean_text(value).splitlines())
    else:
        yield scalar(value)


def _entry(key: str, value: object) -> Iterator[str]:
    lines = list(_yaml(value))
    nested = isinstance(value, Mapping | list | tuple) and bool(value)
    if nested:
        yield key
        yield from (f"  {line}" for line in lines)
    else:
        yield f"{key} {lines[0]}"
        yield from lines[1:]


def scalar(value: object) -> str:
    """Return a JSON scalar, or an empty container, as one clean line."""
    if isinstance(value, str):
        text = clean_line(value)
        ambiguous = not text or text != text.strip() or text in {"true", "false", "null"}
        return json.dumps(text, ensure_ascii=False) if ambiguous or _number(text) else text
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return clean_line(json.dumps(value, default=str))


def _number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", text) is not None
