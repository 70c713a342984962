"""`philotes-tui show`."""

import asyncio
from dataclasses import dataclass

import click

from philotes_tui.cli import showing
from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.listing import changes_sentence, seen_sentence
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import iso, note, print_json, short_digest
from philotes_tui.cli.patience import patience
from philotes_tui.cli.picking import Picked, pick
from philotes_tui.cli.published import Published
from philotes_tui.cli.wiring import Wiring
from philotes_tui.registry import PackagedChart
from philotes_tui.releases import ChartContent, ChartDetails
from philotes_tui.settings import Settings


@dataclass(frozen=True)
class Looked:
    """What was read of one version."""

    picked: Picked
    details: ChartDetails
    package: PackagedChart
    content: ChartContent


@click.command("show")
@version_argument()
@click.argument("part", type=click.Choice(showing.PARTS), default=showing.OVERVIEW)
@stack_option("Use the registry of this stack.")
@click.option("--offline", is_flag=True, help="Show what was seen before; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings, version: str, part: str, stack: str | None, *, offline: bool, as_json: bool
) -> None:
    """Show what is in one version: VERSION is a version, tag, digest, constraint or `latest`."""
    published = Wiring(settings).published(stack, offline=offline)
    with patience(f"{published.charts.url} for {version}"):
        looked = asyncio.run(look(published, version, signatures=part in showing.WITH_SIGNATURES))
    tell_notices(published, looked.picked)
    shown = showing.Shown(looked.details, looked.content, looked.package.provenance, offline)
    if as_json:
        seen = published.seen.seen_at if offline and published.seen else None
        print_json({
            "registry": published.charts.url,
            "wanted": version,
            "version": looked.details.version.text,
            "tag": looked.details.tag or None,
            "digest": looked.details.digest,
            "cached": offline,
            "seen": iso(seen),
            **showing.document(shown, part),
        })  # fmt: skip
        return
    showing.print_part(shown, part)


async def look(published: Published, wanted: str, *, signatures: bool) -> Looked:
    """Read one version, all of it from the one digest that it names now.

    Raises:
        InvalidReference: It is nothing of what can be meant.
        RegistryError: The registry does not have it, or it cannot be read.
        SettingsError: A file of logins or a proxy setting is broken.
    """
    from philotes_tui.registry.archive import read_chart  # noqa: PLC0415 - imports YAML, tar

    picked = await pick(published, wanted)
    charts = published.charts
    details = await charts.details(picked.target, signatures=signatures)
    package = await charts.package(details.digest, provenance=True)
    content = await asyncio.to_thread(read_chart, package.archive, on=str(package.reference))
    tell_moved(published, picked, details.digest)
    return Looked(picked, details, package, content)


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


def tell_notices(published: Published, *picked: Picked) -> None:
    """Tell on stderr what people should know beside the answer."""
    sentences = list(published.charts.notices)
    for each in picked:
        sentences.append(each.sentence)
        if each.listing:
            sentences += [seen_sentence(each.listing), changes_sentence(each.listing)]
    for sentence in dict.fromkeys(filter(None, sentences)):
        note(sentence)
