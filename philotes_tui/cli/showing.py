"""The parts of a version: as text for people, as JSON for programs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from philotes_tui.cli.listing import signature_document
from philotes_tui.cli.output import age, iso, note, print_file, print_table, size
from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartContent, ChartDetails, Dependency
from philotes_tui.releases.images import images
from philotes_tui.releases.values_difference import plain

OVERVIEW = "overview"
_WIDEST = 200


@dataclass(frozen=True)
class Shown:
    """What is shown of one version.

    Attributes:
        details: What the registry says of it.
        content: What is in its archive.
        provenance: Its provenance file.
        unknown: Whether nobody knows which signatures are beside it: not looked for, and offline.
    """

    details: ChartDetails
    content: ChartContent
    provenance: bytes | None = None
    unknown: bool = False

    @property
    def provenance_text(self) -> str | None:
        """The provenance file as text."""
        return None if self.provenance is None else self.provenance.decode("utf-8", "replace")


def document(shown: Shown, part: str) -> dict[str, object]:
    """Return the documented JSON shape of a part."""
    return _DOCUMENTS[part](shown)


def print_part(shown: Shown, part: str) -> None:
    """Print a part: files of the chart as they are, all else as text."""
    _PRINTERS[part](shown)


def _overview_document(shown: Shown) -> dict[str, object]:
    details, content = shown.details, shown.content
    return {
        "name": content.name,
        "description": details.description,
        "app_version": content.app_version or None,
        "created": iso(details.created),
        "size": details.size,
        "deprecated": content.deprecated,
        "signed": details.signed or (None if shown.unknown else False),
        "signatures": [signature_document(each) for each in details.signatures],
        "dependencies": [_dependency_document(each) for each in content.dependencies],
        "templates": sum(1 for _ in content.all_templates()),
        "images": _images_document(shown),
    }


def _print_overview(shown: Shown) -> None:
    details, content = shown.details, shown.content
    click.echo(f"{content.name} {content.version}")
    if details.description:
        click.echo(details.description)
    rows = list(_overview_rows(shown))
    width = max(len(head) for head, _ in rows)
    click.echo()
    before = ""
    for head, text in rows:
        named = "" if head == before else head
        click.echo(f"  {named.ljust(width)}  {clean_line(text, _WIDEST)}")
        before = head


def _overview_rows(shown: Shown) -> Iterator[tuple[str, str]]:
    details, content = shown.details, shown.content
    yield "app version", content.app_version or "—"
    if details.created:
        ago = age((datetime.now(UTC) - details.created).total_seconds())
        yield "published", f"{details.created.astimezone():%Y-%m-%d %H:%M}, {ago} ago"
    yield "digest", details.digest
    yield "size", size(details.size)
    kinds = ", ".join(dict.fromkeys(signature.kind for signature in details.signatures))
    none = "not known offline" if shown.unknown else "none found"
    yield "signatures", f"{kinds} (found, not verified)" if kinds else none
    if content.deprecated:
        yield "deprecated", "its publisher advises against it"
    for key in ("kubeVersion", "home"):
        if isinstance(value := content.metadata.get(key), str):
            yield {"kubeVersion": "Kubernetes"}.get(key, key), value
    for each in content.dependencies:
        yield "dependencies", f"{each.name} {each.version}"
    if not content.dependencies:
        yield "dependencies", "none"
    yield "templates", str(sum(1 for _ in content.all_templates()))
    for reference in dict.fromkeys(image.reference for image in images(content)) or ["none found"]:
        yield "images", reference


def _images_document(shown: Shown) -> list[dict[str, str]]:
    return [
        {"path": clean_line(each.path, _WIDEST), "reference": clean_line(each.reference, _WIDEST)}
        for each in images(shown.content)
    ]


def _dependency_document(dependency: Dependency) -> dict[str, object]:
    return {
        "name": dependency.name,
        "version": dependency.version,
        "wanted": dependency.wanted or None,
        "locked": dependency.locked or None,
        "alias": dependency.alias or None,
        "condition": dependency.condition or None,
        "repository": dependency.repository or None,
        "included": dependency.content is not None,
        "dependencies": [
            _dependency_document(each)
            for each in (dependency.content.dependencies if dependency.content else ())
        ],
    }


def _print_dependencies(shown: Shown) -> None:
    rows = [
        (
            "  " * depth + each.name,
            each.key,
            each.version,
            each.wanted or "—",
            each.condition or "—",
            each.repository or ("included" if each.content else "—"),
        )
        for depth, each in _all_dependencies(shown.content)
    ]
    print_table(
        ("NAME", "VALUES BELOW", "VERSION", "WANTED", "CONDITION", "REPOSITORY"),
        [tuple(clean_line(cell, 80) if cell.strip() == cell else cell for cell in r) for r in rows],
    )
    if not rows:
        note("This version has no dependencies.")


def _all_dependencies(content: ChartContent, depth: int = 0) -> Iterator[tuple[int, Dependency]]:
    for dependency in content.dependencies:
        yield depth, dependency
        if dependency.content is not None:
            yield from _all_dependencies(dependency.content, depth + 1)


def _templates_document(shown: Shown) -> dict[str, object]:
    return {
        "templates": [
            {"path": clean_line(path, _WIDEST), "bytes": len(text.encode()), "text": text}
            for path, text in shown.content.all_templates()
        ]
    }


def _print_templates(shown: Shown) -> None:
    found = list(shown.content.all_templates())
    rows = [(clean_line(path, _WIDEST), size(len(text.encode()))) for path, text in found]
    print_table(("TEMPLATE", "SIZE"), rows)
    if not rows:
        note("This version has no templates.")


def _print_signatures(shown: Shown) -> None:
    found = shown.details.signatures
    print_table(("KIND", "DIGEST", "TAG"), [(s.kind, s.digest or "—", s.tag or "—") for s in found])
    if shown.unknown:
        note("Which signatures are beside it was not looked for before; nobody was asked.")
    elif not found:
        note("No signature was found; `philotes-tui verify` says more.")
    else:
        note("Found, not verified; `philotes-tui verify` does that.")


def _print_metadata(shown: Shown) -> None:
    import yaml  # noqa: PLC0415 - only here

    text = yaml.safe_dump(dict(shown.content.metadata), sort_keys=False, allow_unicode=True)
    print_file(text)


def _metadata_document(shown: Shown) -> dict[str, object]:
    return {"metadata": plain(shown.content.metadata)}


def _file(name: str, text_of: Callable[[Shown], str | None]) -> Callable[[Shown], None]:
    def print_it(shown: Shown) -> None:
        text = text_of(shown)
        if text is None or text == "":
            note(f"This version has no {name}.")
            return
        print_file(text)

    return print_it


def _values(shown: Shown) -> str | None:
    return shown.content.values


def _readme(shown: Shown) -> str | None:
    return shown.content.readme


def _schema(shown: Shown) -> str | None:
    return shown.content.schema


def _provenance(shown: Shown) -> str | None:
    return shown.provenance_text


def _print_images(shown: Shown) -> None:
    found = _images_document(shown)
    print_table(("NAMED BY", "IMAGE"), [(each["path"], each["reference"]) for each in found])
    if not found:
        note("No image was found in the default values.")


_PRINTERS: dict[str, Callable[[Shown], None]] = {
    OVERVIEW: _print_overview,
    "values": _file("values", _values),
    "readme": _file("README", _readme),
    "schema": _file("schema of its values", _schema),
    "templates": _print_templates,
    "dependencies": _print_dependencies,
    "images": _print_images,
    "provenance": _file("provenance file: `helm package --sign` makes one", _provenance),
    "signatures": _print_signatures,
    "metadata": _print_metadata,
}
_DOCUMENTS: dict[str, Callable[[Shown], dict[str, object]]] = {
    OVERVIEW: _overview_document,
    "values": lambda shown: {"values": shown.content.values},
    "readme": lambda shown: {"readme": shown.content.readme},
    "schema": lambda shown: {"schema": shown.content.schema},
    "templates": _templates_document,
    "dependencies": lambda shown: {
        "dependencies": [_dependency_document(each) for each in shown.content.dependencies]
    },
    "images": lambda shown: {"images": _images_document(shown)},
    "provenance": lambda shown: {"provenance": shown.provenance_text},
    "signatures": lambda shown: {
        "signatures": [signature_document(each) for each in shown.details.signatures]
    },
    "metadata": _metadata_document,
}
PARTS = tuple(_PRINTERS)
WITH_SIGNATURES = frozenset({OVERVIEW, "signatures"})
"""Parts for which signatures are looked for."""
