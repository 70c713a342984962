"""How published versions are told: rows, JSON, what changed since somebody last looked. Pure."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from philotes_tui.cli.output import age, iso, short_digest, size
from philotes_tui.cli.published import Listing
from philotes_tui.errors import RegistryError
from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartDetails, Gone, Moved, New, Release, TagChange
from philotes_tui.releases.naming import called_otherwise
from philotes_tui.settings import CHART

Details = ChartDetails | RegistryError
HEADS = ("VERSION", "KIND")
DETAIL_HEADS = ("APP VERSION", "CREATED", "DIGEST", "SIZE", "SIGNED", "DEPRECATED")
DETAIL_WIDTHS = (14, 10, 12, 9, 10, 10)
WIDEST = 40
"""Characters of a version that its column is made for; a longer one pushes its own row only."""
_WIDEST_KIND = 16
_MOST_NAMED = 8
_NOTHING = "—"


def kind(release: Release) -> str:
    """Return the word by which `--channel` takes it, cut where it is long: `stable`, `rc`."""
    word = release.version.channel
    return word if len(word) <= _WIDEST_KIND else f"{word[: _WIDEST_KIND - 1]}…"


def cells(details: Details, now: datetime, *, offline: bool = False) -> tuple[str, ...]:
    """Return the cells below `DETAIL_HEADS`.

    Args:
        details: What is known, or why nothing is.
        now: To tell ages by.
        offline: Whether signatures beside the chart could not be looked for.
    """
    if isinstance(details, RegistryError):
        return (f"? {clean_line(details.what, 80)}", *[""] * (len(DETAIL_HEADS) - 1))
    created = details.created
    kinds = ", ".join(dict.fromkeys(signature.kind for signature in details.signatures))
    other = "".join(f"  ! it {told}" for told in called_otherwise(details, CHART))
    return (
        clean_line(details.app_version, 40) or _NOTHING,
        f"{age((now - created).total_seconds())} ago" if created else _NOTHING,
        short_digest(details.digest),
        size(details.size),
        kinds or ("?" if offline else "no"),
        f"{'deprecated' if details.deprecated else 'no'}{other}",
    )


def as_document(
    listing: Listing,
    shown: Sequence[Release],
    *,
    registry: str,
    where: Mapping[str, Sequence[str]],
    details: Mapping[str, Details] | None = None,
) -> dict[str, object]:
    """Return the documented JSON shape of a listing.

    Args:
        listing: What is published.
        shown: The versions that were asked for.
        registry: The folder that was asked.
        where: The stacks that each version runs on.
        details: By tag, where they were asked for.
    """
    return {
        "registry": registry,
        "cached": listing.cached,
        "seen": iso(listing.seen_at),
        "versions": [
            {
                "version": release.version.text,
                "tag": release.tag,
                "prerelease": release.version.is_prerelease,
                "channel": release.version.channel,
                "deployed": list(where.get(release.version.text, ())),
                **(_detailed(details[release.tag], offline=listing.cached) if details else {}),
            }
            for release in shown
        ],
        "others": [
            {"tag": other.tag, "reason": other.reason, "usable": other.usable}
            for other in listing.catalog.others
        ],
        "changes": [_change(change) for change in listing.changes],
    }


def _detailed(details: Details, *, offline: bool) -> dict[str, object]:
    if isinstance(details, RegistryError):
        return {"error": details.as_dict()}
    return {
        "app_version": details.app_version or None,
        "created": iso(details.created),
        "digest": details.digest,
        "size": details.size,
        "signed": details.signed or (None if offline else False),
        "signatures": [signature_document(each) for each in details.signatures],
        "deprecated": details.deprecated,
        "description": details.description,
        "names_itself": {"name": details.own_name or None, "version": details.own_version or None},
    }


def signature_document(signature: object) -> dict[str, object]:
    """Return the documented JSON shape of a signature that was found."""
    return {
        key: getattr(signature, key) or None for key in ("kind", "digest", "tag", "artifact_type")
    }


def _change(change: TagChange) -> dict[str, object]:
    match change:
        case Moved(tag=tag, was=was, now=now):
            return {"change": "moved", "tag": tag, "was": was, "now": now}
        case New(tag=tag):
            return {"change": "new", "tag": tag}
        case Gone(tag=tag):
            return {"change": "gone", "tag": tag}


def changes_sentence(listing: Listing) -> str:
    """Return what changed since the last look, one sentence, or nothing."""
    if listing.before is None or not listing.changes:
        return ""
    moved = [
        f"{c.tag} (was {short_digest(c.was)}, is {short_digest(c.now)})"
        for c in listing.changes
        if isinstance(c, Moved)
    ]
    new = [c.tag for c in listing.changes if isinstance(c, New)]
    gone = [c.tag for c in listing.changes if isinstance(c, Gone)]
    parts = [
        f"{word} {named(tags)}"
        for word, tags in (("MOVED to other content:", moved), ("new:", new), ("gone:", gone))
        if tags
    ]
    ago = age(listing.before.age(listing.seen_at))
    return f"Since the last look {ago} ago, {'; '.join(parts)}."


def named(tags: Sequence[str]) -> str:
    """Return the first of some tags, and how many more there are."""
    shown = ", ".join(clean_line(tag, 160) for tag in tags[:_MOST_NAMED])
    more = len(tags) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def seen_sentence(listing: Listing, now: float | None = None) -> str:
    """Return how old a listing is that nobody asked for now, or nothing."""
    if not listing.cached:
        return ""
    when = datetime.fromtimestamp(listing.seen_at, UTC).astimezone()
    ago = age((time.time() if now is None else now) - listing.seen_at)
    return f"As seen {ago} ago, {when:%Y-%m-%d %H:%M}; the registry was not asked."
