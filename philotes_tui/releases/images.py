"""Which images a chart refers to, told from its values and templates without rendering it.

Values name images by the convention of `helm create` (helm/helm:pkg/chart/v2/util/create.go):
`image` with `repository`, `tag` and perhaps `registry` and `digest`, where no tag means the
chart's appVersion; or `image` with the whole reference, as in a Pod. What a template puts
together in another way is not seen.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from philotes_tui.releases.content import ChartContent
from philotes_tui.releases.default_values import Budget, TooLarge, merged_values, parsed_values

_KEY = re.compile(r"(?:^|[a-z_-])image$", re.IGNORECASE)
_LITERAL = re.compile(
    r"^[ \t]*(?:-[ \t]+)?image:[ \t]*[\"']?(\w[\w.:/@-]{1,250})[\"']?[ \t]*(?:#.*)?$", re.MULTILINE
)
_REFERENCE = re.compile(r"[\w.][\w.:/@-]{1,400}")
# A component of a repository's name (distribution-spec, «Pulling manifests»), such as `nginx`.
_BARE = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_LONGEST = 255
_MOST_VALUES = 50_000
_DEEPEST = 30


@dataclass(frozen=True)
class Image:
    """One image that a chart refers to.

    Attributes:
        path: The values that name it, from the umbrella chart's values (`api.image`,
            `sidecars[0].image`), or the template it stands in, which may name several.
        reference: What is pulled, `repository:tag` or `repository@digest`.
    """

    path: str
    reference: str


def images(content: ChartContent) -> tuple[Image, ...]:
    """Return the images of a chart and its subcharts with their default values, by path.

    Each is there once, however often a template names it. Values that are no YAML name none.
    """
    found = dict.fromkeys(_images(content, {}, "", ""))
    return tuple(sorted(found, key=lambda image: (image.path, image.reference)))


def _images(
    content: ChartContent, given: Mapping[str, Any], prefix: str, folder: str
) -> Iterator[Image]:
    own = parsed_values(content.values) or {}
    try:
        values = merged_values(own, given, Budget())
    except TooLarge:
        values = dict(own)
    keys = {dependency.key for dependency in content.dependencies}
    named = {key: value for key, value in values.items() if key not in keys}
    budget = [_MOST_VALUES]
    yield from _named(named, prefix, content.app_version, budget)
    for path, text in content.templates.items():
        for match in _LITERAL.finditer(text):
            yield Image(f"{folder}{path}", match[1])
    for dependency in content.dependencies:
        if dependency.content is not None:
            below = values.get(dependency.key)
            yield from _images(
                dependency.content,
                below if isinstance(below, Mapping) else {},
                f"{prefix}{dependency.key}.",
                f"{folder}charts/{dependency.key}/",
            )


def _named(
    values: Mapping[str, Any], prefix: str, app_version: str, budget: list[int]
) -> Iterator[Image]:
    """Yield the images that values name; a document that unfolds without end has few."""
    for key, value in values.items():
        if not _spent(budget):
            return
        path = f"{prefix}{key}"
        reference = _reference(value, app_version, str(key)) if _KEY.search(str(key)) else ""
        if reference:
            yield Image(path, reference)
        else:
            yield from _below(value, path, app_version, budget)


def _below(value: Any, path: str, app_version: str, budget: list[int]) -> Iterator[Image]:
    """Yield the images that are named below a value."""
    if path.count(".") + path.count("[") > _DEEPEST:
        return
    if isinstance(value, Mapping):
        yield from _named(value, f"{path}.", app_version, budget)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            if not _spent(budget):
                return
            yield from _below(entry, f"{path}[{index}]", app_version, budget)


def _spent(budget: list[int]) -> bool:
    """Count one more value, and return whether it was still to be had."""
    budget[0] -= 1
    return budget[0] >= 0


def _reference(value: Any, app_version: str, key: str) -> str:
    """Return the reference that the value of a key spells, or nothing."""
    if isinstance(value, str):
        named = value.strip()
        if key == "image" and len(named) <= _LONGEST and _BARE.fullmatch(named):
            return named
        return named if _REFERENCE.fullmatch(named) and re.search(r"[/:]", named) else ""
    repository = value.get("repository") if isinstance(value, Mapping) else None
    if not isinstance(repository, str) or not repository:
        return ""
    registry = value.get("registry")
    whole = f"{registry}/{repository}" if isinstance(registry, str) and registry else repository
    digest = value.get("digest")
    if isinstance(digest, str) and digest:
        return f"{whole}@{digest}"
    tag = value.get("tag")
    written = str(tag) if isinstance(tag, str | int | float) and tag != "" else app_version
    return f"{whole}:{written.replace('+', '_')}" if written else whole
