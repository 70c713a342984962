"""Reading one published version whole, and what is told beside it."""

import asyncio
from dataclasses import dataclass

from philotes_tui.cli import picking
from philotes_tui.cli.listing import changes_sentence, seen_sentence
from philotes_tui.cli.output import note, short_digest
from philotes_tui.cli.picking import Picked, pick
from philotes_tui.cli.published import Published
from philotes_tui.errors import RegistryError
from philotes_tui.folders import registry_cache
from philotes_tui.registry import PackagedChart
from philotes_tui.releases import ChartContent, ChartDetails
from philotes_tui.releases.naming import other_name, other_version


@dataclass(frozen=True)
class Looked:
    """What was read of one version.

    Attributes:
        picked: Which version was meant.
        details: What the registry says of it.
        package: Its archive, and its provenance file.
        content: What is in the archive.
        signatures_known: Whether the signatures of `details` are all that there were.
    """

    picked: Picked
    details: ChartDetails
    package: PackagedChart
    content: ChartContent
    signatures_known: bool = False


async def look(published: Published, wanted: str, *, signatures: bool) -> Looked:
    """Read one version, all of it from the one digest that it names now.

    Raises:
        InvalidReference: It is nothing of what can be meant.
        RegistryError: The registry does not have it, or it cannot be read.
        SettingsError: A file of logins or a proxy setting is broken.
    """
    from philotes_tui.registry.archive import read_chart  # noqa: PLC0415 - imports YAML, tar

    charts = published.charts
    try:
        picked = await pick(published, wanted)
        details = await picking.details(published, picked, signatures=signatures)
        package = await charts.package(details.digest, provenance=True)
    except RegistryError as error:
        published.offer_offline(error)
        raise
    content = await asyncio.to_thread(read_chart, package.archive, on=str(package.reference))
    tell_moved(published, picked, details.digest)
    tell_own_name(published, picked, details)
    details, known = _with_signatures(published, details, looked_for=signatures)
    return Looked(picked, details, package, content, known)


def _with_signatures(
    published: Published, details: ChartDetails, *, looked_for: bool
) -> tuple[ChartDetails, bool]:
    """Keep which signatures were found; offline add those that were, and tell if that is known."""
    from philotes_tui.cli.known_signatures import (  # noqa: PLC0415 - who looks at one version
        KnownSignatures,
    )

    kept = KnownSignatures(registry_cache(), str(published.charts.repository))
    if published.offline:
        return kept.added_to(details)
    if looked_for:
        kept.keep(details)
    return details, looked_for


def tell_moved(published: Published, picked: Picked, digest: str) -> None:
    """Tell that a version names other content than when it was last looked at, and keep that."""
    if picked.release is None:
        return
    tag = picked.release.tag
    if was := published.moved_from(tag, digest):
        note(
            f"{picked.name} was MOVED to other content since it was last seen:"
            f" it was {short_digest(was)} and is {short_digest(digest)}."
        )
    published.learn({tag: digest})


def tell_own_name(published: Published, picked: Picked, details: ChartDetails) -> None:
    """Tell that a repository or a tag names a chart that calls itself otherwise."""
    chart = published.charts.repository.chart
    if other := other_name(details, chart):
        note(f"{picked.name} names a chart that calls itself {other}, not {chart}.")
    if own := other_version(details):
        note(f"{picked.name} names a chart that calls itself version {own}.")


def tell_notices(published: Published, *picked: Picked) -> None:
    """Tell on stderr what people should know beside the answer."""
    sentences = list(published.notices)
    if published.offline and not any(each.listing for each in picked):
        sentences.append("This is what was read before; the registry was not asked.")
    for each in picked:
        sentences.append(each.sentence)
        if each.listing:
            sentences += [seen_sentence(each.listing), changes_sentence(each.listing)]
    for sentence in dict.fromkeys(filter(None, sentences)):
        note(sentence)
