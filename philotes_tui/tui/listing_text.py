"""What the list of versions says about itself. Pure."""

from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from philotes_tui.foreign import clean_line
from philotes_tui.releases import Catalog
from philotes_tui.releases.naming import called_otherwise
from philotes_tui.settings import CHART
from philotes_tui.tui import wording
from philotes_tui.tui.detailed import Detailed
from philotes_tui.tui.listing import ReleaseRow
from philotes_tui.tui.published import Published
from philotes_tui.tui.session import Deployed, Place


@dataclass(frozen=True)
class Listed:
    """What is listed of what is published.

    Attributes:
        catalog: What is published, or None while it is not known.
        shown: How many rows are listed.
        wanted: The filter.
        prereleases: Whether pre-releases are listed.
        untold: Why there are no details of a version, or nothing.
        apart: Why the tag under the cursor stands below the versions, or nothing.
        other: That the tag under the cursor names another chart or version, or nothing.
    """

    catalog: Catalog | None
    shown: int
    wanted: str = ""
    prereleases: bool = True
    untold: str = ""
    apart: str = ""
    other: str = ""


def notice_text(place: Place, catalog: Catalog | None, local_charts: Path) -> Text:
    """Return what stands in the place of the list when there is none, and what to do."""
    if place.local:
        return Text.assemble(
            ("Local charts\n\n", "bold"),
            f"Deploys come from {local_charts}, not from the registry.\n\n",
            (f"Enter previews them on {clean_line(place.stack)}.\n", "bold"),
            "l goes back to the registry's versions.",
        )
    if catalog is None:
        return Text("The versions are listed here as soon as the registry answers.")
    if catalog.releases or catalog.usable:
        return Text.assemble(
            ("No version matches.\n\n", "bold"),
            "Esc clears the filter, p shows or hides pre-releases.",
        )
    others = wording.plural(len(catalog.others), "other tag")
    return Text.assemble(
        ("No versions are published here yet.\n\n", "bold"),
        f"The registry answered, with {others} and no chart version.\n",
        "Publish one with “helm push” and press r, or press l for the local charts.",
    )


def asking_text(published: Published, registry: str) -> str:
    """Return what is waited for, and how old what is listed meanwhile is."""
    host = clean_line(registry).removeprefix("oci://")
    if published.catalog is None:
        return f"Reading versions from {host}"
    ago = wording.age(published.asked_at - published.seen_at)
    return f"As seen {ago} ago, asking {host}"


def status_text(listed: Listed, place: Place, deployed: Deployed) -> Text:
    """Return one line: what went wrong, how many versions, which filter."""
    parts: list[str] = []
    if deployed.fault is not None:
        parts.append("! What is deployed could not be read (e explains, r retries)")
    if place.local:
        parts.append("local mode: the registry is not used")
    elif listed.catalog is not None and place.fault is None:
        parts.append(_counted(listed.catalog, listed.shown))
        if listed.wanted:
            parts.append(f"filter “{clean_line(listed.wanted, 30)}”")
        if not listed.prereleases:
            parts.append("pre-releases hidden")
        if listed.apart:
            parts.append(clean_line(listed.apart, 200))
        if listed.other:
            parts.insert(0, f"! {clean_line(listed.other, 250)}")
        if listed.untold:
            parts.insert(0, f"? {clean_line(listed.untold, 120)}")
    return Text(" " + " · ".join(parts), no_wrap=True, overflow="ellipsis")


def _counted(catalog: Catalog, shown: int) -> str:
    """Return how many versions there are, how many other tags, and how many of them are listed."""
    versions, others = len(catalog.releases), len(catalog.usable)
    number = wording.plural(versions, "version")
    if shown != versions + others:
        return f"{shown} of {f'{versions + others} tags' if others else number}"
    if others and versions:
        return f"{number}, {wording.plural(others, 'other tag')}"
    verb = "is" if others == 1 else "are"
    return f"{wording.plural(others, 'tag')} that {verb} no SemVer" if others else number


def told_of(detailed: Detailed, row: ReleaseRow | None) -> tuple[str, str, str]:
    """Return what `Listed` says of the row under the cursor: untold, apart, other."""
    return _untold(detailed, row), _apart(row), _other(detailed, row)


def _untold(detailed: Detailed, row: ReleaseRow | None) -> str:
    """Return why there are no details, of all versions or of that one; or nothing."""
    if detailed.refused is not None:
        return "details of versions could not be read (e explains, r retries)"
    known = detailed.of(row.release.tag) if row else None
    return f"{row.version}: {known.error.what}" if row and known and known.error else ""


def _apart(row: ReleaseRow | None) -> str:
    """Return why a row stands below the versions, or nothing."""
    return f"{row.version}: {row.apart}" if row and row.apart else ""


def _other(detailed: Detailed, row: ReleaseRow | None) -> str:
    """Return that a row's tag names another chart or another version than it says, or nothing."""
    known = detailed.of(row.release.tag) if row else None
    told = called_otherwise(known.details, CHART) if known and known.details else ()
    return f"{row.version} names a chart that {' and '.join(told)}" if row and told else ""
