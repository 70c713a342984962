"""What differs between two versions of a chart. Pure."""

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from philotes_tui.releases.content import ChartContent, Dependency
from philotes_tui.releases.default_values import default_values, parsed_values
from philotes_tui.releases.images import images
from philotes_tui.releases.values_difference import Change, KeyDifference, key_differences

__all__ = [
    "COMMENTS",
    "CONTEXT",
    "LONGEST",
    "WITHOUT_EFFECT",
    "Change",
    "Difference",
    "FileDifference",
    "KeyDifference",
    "ValueDifference",
    "difference",
    "unified",
]

LONGEST = 4_000
"""Lines of a file; longer ones are not compared line by line, for that takes too long."""
CONTEXT = 3
"""Unchanged lines around changed ones."""
COMMENTS = "comments or layout alone"
WITHOUT_EFFECT = "values that are the same once the charts are put together"


@dataclass(frozen=True)
class FileDifference:
    """A file that differs.

    Attributes:
        path: From the chart's folder; in subcharts `charts/<key>/…`.
        change: What became of it.
        lines: A unified diff without the two lines that name the files; empty where the
            file is too long, or only known by its size.
    """

    path: str
    change: Change
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueDifference:
    """A dependency or an image that differs.

    Attributes:
        name: The dependency, or the path of the image's values.
        before: Its version or reference before; None where there was none.
        after: The same after.
    """

    name: str
    before: str | None
    after: str | None

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.before is None:
            return Change.ADDED
        return Change.REMOVED if self.after is None else Change.CHANGED


@dataclass(frozen=True)
class Difference:
    """What differs between two versions of a chart.

    Attributes:
        values: `values.yaml`, of subcharts too, as text.
        keys: All default values as they are written from the umbrella chart, key by key; None
            where they are no YAML or too many, so that the text is all there is.
        silent: Files of `values` that make no difference in `keys`, with the reason.
        templates: Templates and custom resource definitions.
        dependencies: By name, those of subcharts below them.
        images: By the path of their values.
        files: README, schema and all other files.
    """

    values: tuple[FileDifference, ...] = ()
    keys: tuple[KeyDifference, ...] | None = ()
    silent: tuple[tuple[str, str], ...] = ()
    templates: tuple[FileDifference, ...] = ()
    dependencies: tuple[ValueDifference, ...] = ()
    images: tuple[ValueDifference, ...] = ()
    files: tuple[FileDifference, ...] = ()


def difference(before: ChartContent, after: ChartContent) -> Difference:
    """Return what differs between two charts."""
    texts = dict(_values(before)), dict(_values(after))
    values = _files(*texts)
    keys, silent = _by_key(before, after, values, *texts) if values else ((), ())
    return Difference(
        values=values,
        keys=keys,
        silent=silent,
        templates=_files(dict(_templates(before)), dict(_templates(after))),
        dependencies=_named(dict(_dependencies(before)), dict(_dependencies(after))),
        images=tuple(_images(_referenced(before), _referenced(after))),
        files=_files(dict(_others(before)), dict(_others(after)))
        + _sizes(dict(_sized(before)), dict(_sized(after))),
    )


def _by_key(
    before: ChartContent,
    after: ChartContent,
    files: Sequence[FileDifference],
    old_texts: Mapping[str, str],
    new_texts: Mapping[str, str],
) -> tuple[tuple[KeyDifference, ...] | None, tuple[tuple[str, str], ...]]:
    """Return what differs key by key, and which files make no difference there, and why."""
    try:
        old, new = default_values(before), default_values(after)
        if old is None or new is None:
            return None, ()
        keys = key_differences(old, new)
        silent = _silent(files, old_texts, new_texts, {each.key for each in keys})
        return keys, tuple(silent)
    except ValueError:  # too large, or a number of thousands of digits
        return None, ()


def _silent(
    files: Sequence[FileDifference],
    before: Mapping[str, str],
    after: Mapping[str, str],
    keys: Collection[str],
) -> Iterator[tuple[str, str]]:
    for path in (each.path for each in files):
        own = key_differences(
            parsed_values(before.get(path, "")) or {}, parsed_values(after.get(path, "")) or {}
        )
        subcharts = path.removesuffix("values.yaml").split("charts/")[1:]
        prefix = "".join(f"{each.strip('/')}." for each in subcharts)
        if not own:
            yield path, COMMENTS
        elif not any(f"{prefix}{each.key}" in keys for each in own):
            yield path, WITHOUT_EFFECT


def unified(before: str, after: str) -> tuple[str, ...]:
    """Return a unified diff of two texts without its head; nothing where they are too long."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > LONGEST:
        return ()
    lines = difflib.unified_diff(old, new, lineterm="", n=CONTEXT)
    return tuple(line for number, line in enumerate(lines) if number > 1)


def _charts(content: ChartContent, folder: str = "") -> Iterator[tuple[str, ChartContent]]:
    """Yield a chart and its subcharts with the folder each stands in."""
    yield folder, content
    for dependency in content.dependencies:
        if dependency.content is not None:
            yield from _charts(dependency.content, f"{folder}charts/{dependency.key}/")


def _values(content: ChartContent) -> Iterator[tuple[str, str]]:
    for folder, chart in _charts(content):
        if chart.values:
            yield f"{folder}values.yaml", chart.values


def _templates(content: ChartContent) -> Iterator[tuple[str, str]]:
    yield from content.all_templates()
    for folder, chart in _charts(content):
        for path, text in chart.crds.items():
            yield folder + path, text


def _others(content: ChartContent) -> Iterator[tuple[str, str]]:
    for folder, chart in _charts(content):
        for name, text in (("README.md", chart.readme), ("values.schema.json", chart.schema)):
            if text is not None:
                yield folder + name, text


def _sized(content: ChartContent) -> Iterator[tuple[str, int]]:
    for folder, chart in _charts(content):
        for path, size in chart.files.items():
            yield folder + path, size


def _dependencies(content: ChartContent, prefix: str = "") -> Iterator[tuple[str, str]]:
    for dependency in content.dependencies:
        name = prefix + _name(dependency)
        yield name, dependency.version
        if dependency.content is not None:
            yield from _dependencies(dependency.content, f"{name}/")


def _name(dependency: Dependency) -> str:
    if dependency.key == dependency.name:
        return dependency.name
    return f"{dependency.name} as {dependency.key}"


def _files(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileDifference, ...]:
    return tuple(
        FileDifference(
            path,
            _change(path, before, after),
            unified(before.get(path, ""), after.get(path, "")),
        )
        for path in _paths(before, after)
        if before.get(path) != after.get(path)
    )


def _sizes(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[FileDifference, ...]:
    return tuple(
        FileDifference(path, _change(path, before, after))
        for path in _paths(before, after)
        if before.get(path) != after.get(path)
    )


def _named(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ValueDifference, ...]:
    return tuple(
        ValueDifference(name, before.get(name), after.get(name))
        for name in _paths(before, after)
        if before.get(name) != after.get(name)
    )


def _referenced(content: ChartContent) -> Mapping[str, list[str]]:
    """Return what each path of a chart refers to; a template may name several images."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for image in images(content):
        found[image.path].append(image.reference)
    return found


def _images(
    before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> Iterator[ValueDifference]:
    """Yield what differs; of several at one path, those that go and then those that come."""
    for path in _paths(before, after):
        old, new = before.get(path, []), after.get(path, [])
        staying = set(old) & set(new)
        gone = [each for each in old if each not in staying]
        come = [each for each in new if each not in staying]
        if len(gone) == len(come) == 1:
            yield ValueDifference(path, gone[0], come[0])
            continue
        yield from (ValueDifference(path, each, None) for each in gone)
        yield from (ValueDifference(path, None, each) for each in come)


def _paths(before: Mapping[str, object], after: Mapping[str, object]) -> Sequence[str]:
    return sorted(before.keys() | after.keys())


def _change(path: str, before: Mapping[str, object], after: Mapping[str, object]) -> Change:
    if path not in before:
        return Change.ADDED
    return Change.CHANGED if path in after else Change.REMOVED
