"""One version as lines to read, a section at a time. Pure.

Whatever a chart holds is text here, never markup, and bounded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from philotes_tui.foreign import clean_line, clean_text
from philotes_tui.releases import Dependency, catalog_from_tags
from philotes_tui.releases.naming import called_otherwise
from philotes_tui.settings import CHART
from philotes_tui.tui import wording
from philotes_tui.tui.diffing import Line, Tone
from philotes_tui.tui.fitting import cut
from philotes_tui.tui.inspection import Inspection

LARGEST = 512 * 1024
"""Characters of one file that are shown."""
LONGEST = 4_000
"""Characters of one line that are shown."""
MOST = 100
"""Entries of one list that are shown."""
_WIDEST = 300
_LABEL = 12
_INDENT = 4


class Section(StrEnum):
    """A part of a version, by its name on the screen."""

    OVERVIEW = "Overview"
    VALUES = "Values"
    README = "README"
    TEMPLATES = "Templates"
    SCHEMA = "Schema"


EMPTY: Mapping[Section, str] = {
    Section.OVERVIEW: "",
    Section.VALUES: "This chart has no values.",
    Section.README: "This chart has no README.",
    Section.TEMPLATES: "This chart has no templates.",
    Section.SCHEMA: "This chart has no schema for its values.",
}
"""What stands in the place of a section that a chart does not have."""


@dataclass(frozen=True)
class VersionText:
    """A version, ready to be read.

    Attributes:
        inspection: What it was made of.
        sections: The lines of each section.
    """

    inspection: Inspection
    sections: Mapping[Section, tuple[Line, ...]]


def version_text(inspection: Inspection, now: float) -> VersionText:
    """Return a version as lines.

    Args:
        inspection: What is known of it.
        now: The present time, seconds since 1970.
    """
    content = inspection.content
    return VersionText(
        inspection,
        {
            Section.OVERVIEW: tuple(_overview(inspection, now)),
            Section.VALUES: tuple(_file(content.values, Tone.MUTED)),
            Section.README: tuple(_file(content.readme or "", Tone.HEADING, further=0)),
            Section.TEMPLATES: tuple(_templates(inspection)),
            Section.SCHEMA: tuple(_file(content.schema or "")),
        },
    )


def _file(text: str, marked: Tone = Tone.PLAIN, further: int = 2) -> Iterator[Line]:
    """Yield the lines of a file.

    Args:
        text: The file.
        marked: How lines look that begin with `#`: comments, headings.
        further: Cells by which the rest of a line that is wrapped stands further right.
    """
    shown = clean_text(text[: LARGEST + 1], LARGEST)
    for line in shown.splitlines():
        tone = marked if line.lstrip().startswith("#") else Tone.PLAIN
        yield Line(_bounded(line), tone, len(line) - len(line.lstrip()) + further)
    if len(text) > LARGEST:
        yield Line("")
        yield Line("The rest is too long for here; `philotes-tui show` prints it.", Tone.WARNING)


def _bounded(line: str) -> str:
    """Return a line that is not too long to be wrapped quickly; a cut is marked."""
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _overview(inspection: Inspection, now: float) -> Iterator[Line]:
    details, content = inspection.details, inspection.content
    yield Line(clean_line(f"{content.name} {content.version}", _WIDEST), Tone.HEADING)
    for told in _called_otherwise(inspection):
        yield Line(f"! the tag names a chart that {told}", Tone.WARNING)
    if details.description:
        yield Line(clean_line(details.description, _WIDEST))
    if details.deprecated or content.deprecated:
        yield Line("! deprecated: its publisher advises against it", Tone.WARNING)
    if apart := catalog_from_tags([details.tag] if details.tag else []).usable:
        yield Line(f"! its tag is {apart[0].reason}", Tone.WARNING)
    if inspection.moved_from:
        yield Line("! moved to other content since it was last seen", Tone.WARNING)
        yield Line(f"  it was {clean_line(inspection.moved_from, 200)}", Tone.WARNING)
    yield Line("")
    for label, text in _facts(inspection, now):
        yield _entry(label, text)
    yield Line("  digest")  # on a line of its own it fits whole into 80 columns
    yield Line(f"    {clean_line(details.digest, _WIDEST)}", indent=_INDENT)
    yield from _listed("Dependencies", [_dependency(*each) for each in _all(content.dependencies)])
    images = dict.fromkeys(image.reference for image in inspection.images)
    yield from _listed("Images, with the default values", images)
    yield from _signatures(inspection)
    notes = [f"{name}: {value}" for name, value in sorted(details.annotations.items())]
    yield from _listed("Annotations", notes)


def _called_otherwise(inspection: Inspection) -> Iterable[str]:
    """Return what the chart calls itself otherwise, where the registry is told it and within."""
    details, content = inspection.details, inspection.content
    within = replace(details, own_name=content.name, own_version=content.version)
    told = (*called_otherwise(details, CHART), *called_otherwise(within, CHART))
    return dict.fromkeys(told)


def _facts(inspection: Inspection, now: float) -> Iterator[tuple[str, str]]:
    details, content = inspection.details, inspection.content
    yield "app version", content.app_version or "—"
    yield "created", _moment(details.created, now)
    yield "size", wording.size(details.size)
    for key, label in (("kubeVersion", "Kubernetes"), ("home", "home")):
        value = content.metadata.get(key)
        if isinstance(value, str):
            yield label, value
    templates = sum(1 for _ in content.all_templates())
    has = [
        wording.plural(templates, "template"),
        "values" if content.values.strip() else "no values",
        "a schema" if content.schema else "no schema",
        "a README" if content.readme else "no README",
    ]
    yield "has", ", ".join(has)


def _moment(created: datetime | None, now: float) -> str:
    if created is None:
        return "—"
    ago = wording.age(now - created.timestamp())
    return f"{created.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {ago} ago"


def _entry(label: str, text: str) -> Line:
    return Line(f"  {label.ljust(_LABEL)} {clean_line(text, _WIDEST)}", indent=_INDENT)


def _listed(title: str, entries: Iterable[str]) -> Iterator[Line]:
    """Yield a list under its title; what is too much of it is counted."""
    every = list(entries)
    yield Line("")
    yield Line(title, Tone.HEADING)
    for entry in every[:MOST]:
        indent = len(entry) - len(entry.lstrip(" "))
        yield Line(f"  {' ' * indent}{clean_line(entry, _WIDEST)}", indent=_INDENT + indent)
    if len(every) > MOST:
        yield Line(f"  and {len(every) - MOST} more", Tone.MUTED)
    if not every:
        yield Line("  none", Tone.MUTED)


def _all(dependencies: Iterable[Dependency], depth: int = 0) -> Iterator[tuple[Dependency, int]]:
    for dependency in dependencies:
        yield dependency, depth
        if dependency.content is not None:
            yield from _all(dependency.content.dependencies, depth + 1)


def _dependency(dependency: Dependency, depth: int) -> str:
    text = f"{'  ' * depth}{dependency.name} {dependency.version}"
    if dependency.wanted and dependency.wanted != dependency.version:
        text += f", wanted {dependency.wanted}"
    if dependency.alias:
        text += f", as {dependency.alias}"
    if dependency.condition:
        text += f", if {dependency.condition}"
    return text if dependency.content is not None else f"{text}, not included"


def _signatures(inspection: Inspection) -> Iterator[Line]:
    found = [
        f"{signature.kind}  {signature.digest or signature.tag}"
        for signature in inspection.details.signatures
    ]
    if not found and not inspection.signatures_known:
        yield from _listed("Signatures", ["not known without asking the registry"])
        return
    yield from _listed("Signatures", found)
    if found:
        verify = f"philotes-tui verify {inspection.details.version}"
        yield Line(f"  Found, not verified; `{verify}` does that.", Tone.MUTED, _INDENT)


def _templates(inspection: Inspection) -> Iterator[Line]:
    every = list(inspection.content.all_templates())
    widest = min(60, max((len(path) for path, _ in every), default=0))
    for path, text in every:
        shown = cut(clean_line(path, _WIDEST), _WIDEST)
        yield Line(f"{shown.ljust(widest)}  {wording.size(len(text.encode()))}", indent=2)
