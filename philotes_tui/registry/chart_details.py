"""The details of a version, read from its manifest and the config that it points at. Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from philotes_tui.errors import ChartUnusable, InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import HELM_CHART
from philotes_tui.registry.reference import Reference
from philotes_tui.releases import ChartDetails, Signature, Version

_PREFIX = "org.opencontainers.image."
_LONGEST = 400
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


def chart_details(
    reference: Reference,
    named: Manifest,
    chart: Manifest,
    config: bytes,
    *,
    version: Version | None = None,
    signatures: tuple[Signature, ...] = (),
) -> ChartDetails:
    """Return the details of a version.

    Title, version, description and date come from the annotations that Helm writes; what
    it does not annotate (application version, deprecated) stands in the config, which is
    `Chart.yaml` as JSON (helm/helm:pkg/registry/chart.go).

    Args:
        reference: What was asked for.
        named: The manifest that it names, an index perhaps.
        chart: The chart's own manifest.
        config: The bytes of that manifest's config.
        version: The version that was asked for; None takes the chart's own word for it.
        signatures: What belongs to it.

    Raises:
        ChartUnusable: The config or the version in it cannot be read.
    """
    content = _parsed(config, reference)
    notes = {**named.annotations, **chart.annotations}
    own_name, own_version = _text(content.get("name")), _text(content.get("version"))
    text = own_version or notes.get(f"{_PREFIX}version", "")
    layer = chart.layer(*HELM_CHART)
    return ChartDetails(
        version=version or _version(text, reference),
        tag=reference.tag or "",
        digest=named.digest,
        size=layer.size if layer else 0,
        name=own_name or clean_line(notes.get(f"{_PREFIX}title", "")),
        app_version=_text(content.get("appVersion")),
        created=parse_time(notes.get(f"{_PREFIX}created", "")),
        description=_text(content.get("description"))
        or clean_line(notes.get(f"{_PREFIX}description", ""), _LONGEST),
        deprecated=content.get("deprecated") is True,
        annotations=notes,
        signatures=signatures,
        own_name=own_name,
        own_version=own_version,
        chart_digest=chart.digest,
    )


def _parsed(config: bytes, reference: Reference) -> Mapping[str, Any]:
    try:
        content = json.loads(config)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise _broken(reference, "its config is not the metadata of a chart")
    return content


def _version(text: str, reference: Reference) -> Version:
    try:
        return Version.lenient(text)
    except InvalidReference as error:
        raise _broken(reference, f"its version “{clean_line(text, 60)}” is none") from error


def _text(value: Any) -> str:
    """Return a value of the metadata as one line; YAML may have made a number of it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean_line(str(value), _LONGEST)


def parse_time(text: str) -> datetime | None:
    """Return the time that RFC 3339 text spells; without a zone it is UTC.

    None where it spells none, and for the year 1 that Go writes where it knows no time: moments
    at either end of what a `datetime` holds cannot be told in another time zone.
    """
    try:
        time = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _broken(reference: Reference, said: str) -> ChartUnusable:
    return ChartUnusable(
        f"{reference} cannot be read as a chart",
        said=said,
        todo="Publish it again with `helm push`.",
    )
