"""`philotes-tui versions`."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from philotes_tui.cli.completing import complete_channels, stack_option
from philotes_tui.cli.listing import (
    DETAIL_HEADS,
    DETAIL_WIDTHS,
    HEADS,
    Details,
    as_document,
    cells,
    changes_sentence,
    kind,
    seen_sentence,
)
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import Columns, note, print_json, print_table
from philotes_tui.cli.patience import patience
from philotes_tui.cli.published import Listing, Published
from philotes_tui.cli.wiring import Wiring
from philotes_tui.errors import RegistryError
from philotes_tui.releases import (
    ALL_CHANNELS,
    STABLE,
    Constraint,
    InvalidConstraint,
    Release,
    in_channel,
)
from philotes_tui.settings import Settings

Stacks = Mapping[str, Sequence[str]]


class ConstraintText(click.ParamType[Constraint]):
    """A version constraint; what is wrong with it is pointed at."""

    name = "constraint"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Constraint:
        """Return the constraint."""
        try:
            return Constraint.parse(value)
        except InvalidConstraint as error:
            lines = "\n".join(f"  {line}" for line in error.pointer.splitlines())
            self.fail(f"{error.what}\n{lines}\n{error.todo}", param, ctx)


@dataclass(frozen=True)
class Selection:
    """Which versions are listed."""

    constraint: Constraint | None = None
    channel: str = ""
    limit: int | None = None

    def of(self, releases: Sequence[Release]) -> tuple[Release, ...]:
        """Return the versions that are meant, in the same order."""
        # Naming a channel of pre-releases is to ask for them, as --devel is with Helm.
        pre = self.channel.lower() not in {"", STABLE}
        found = (
            release
            for release in releases
            if in_channel(release.version, self.channel or ALL_CHANNELS)
            and (
                self.constraint is None or self.constraint.matches(release.version, prereleases=pre)
            )
        )
        return tuple(found)[: self.limit]

    def nothing(self, listing: Listing, registry: str) -> str:
        """Return why no version is listed, and what there is."""
        count = len(listing.catalog.releases)
        if not count:
            return f"No versions in {registry} yet; `helm push` brings one there."
        wanted = [f"the constraint {self.constraint}"] if self.constraint else []
        wanted += [f"the channel “{self.channel}”"] if self.channel else []
        channels = ", ".join(listing.catalog.channels)
        return (
            f"None of the {count} versions in {registry} fits {' and '.join(wanted)};"
            f" there are versions in {channels}."
        )


@click.command("versions")
@stack_option("Use the registry of this stack.")
@click.option(
    "--constraint",
    type=ConstraintText(),
    help="Only versions that fit, said as in Helm: '^0.2', '>=0.2 <1 || ~3.1'.",
)
@click.option(
    "--channel",
    default="",
    shell_complete=complete_channels,
    help="Only this channel: stable, all, or a word such as rc or beta.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Only so many, the newest.")
@click.option("--details", is_flag=True, help="Also read each version's date, digest, signatures.")
@click.option("--deployed", is_flag=True, help="Also say on which stacks each version runs.")
@click.option("--all", "everything", is_flag=True, help="Also list tags that are no versions.")
@click.option("--offline", is_flag=True, help="Show what was seen last; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings,
    stack: str | None,
    constraint: Constraint | None,
    channel: str,
    limit: int | None,
    *,
    details: bool,
    deployed: bool,
    everything: bool,
    offline: bool,
    as_json: bool,
) -> None:
    """List the chart versions in the registry, newest first."""
    wiring = Wiring(settings)
    published = wiring.published(stack, offline=offline)
    registry = published.charts.url
    with patience(f"{registry} to list its versions"):
        listing = asyncio.run(published.listing())
    shown = Selection(constraint, channel, limit).of(listing.catalog.releases)
    where = _deployed(wiring) if deployed else {}
    found: dict[str, Details] | None = None
    if details:
        table = _table(shown, where, stacks=deployed, offline=offline)
        found = _read_details(published, shown, None if as_json else table)
        digests = {t: d.digest for t, d in found.items() if not isinstance(d, RegistryError)}
        listing = listing.with_digests(digests)
        published.learn(digests)
    for sentence in (*published.charts.notices, seen_sentence(listing), changes_sentence(listing)):
        if sentence:
            note(sentence)
    if as_json:
        print_json(as_document(listing, shown, registry=registry, where=where, details=found))
        return
    if not details:
        _print_plain(shown, where, stacks=deployed)
    if not shown:
        click.echo(Selection(constraint, channel).nothing(listing, registry))
    if everything and listing.catalog.others:
        print_table(("OTHER TAG", "WHY"), [(o.tag, o.reason) for o in listing.catalog.others])


def _print_plain(shown: Sequence[Release], where: Stacks, *, stacks: bool) -> None:
    heads = (*HEADS, "DEPLOYED ON") if stacks else HEADS
    rows = [(r.version.text, kind(r), " ".join(where.get(r.version.text, ()))) for r in shown]
    print_table(heads, [row[: len(heads)] for row in rows])


def _table(
    shown: Sequence[Release], where: Stacks, *, stacks: bool, offline: bool
) -> Callable[[Release, Details], None]:
    """Return what prints a row as soon as its details are there, below a head for all."""
    width = max((len(release.version.text) for release in shown), default=0)
    heads = (*HEADS, *DETAIL_HEADS, *(("DEPLOYED ON",) if stacks else ()))
    columns = Columns(heads, (width, len("pre-release"), *DETAIL_WIDTHS))
    now = datetime.now(UTC)
    waiting = [True]

    def tell(release: Release, details: Details) -> None:
        if waiting:
            waiting.clear()
            columns.print_head()
        on = (" ".join(where.get(release.version.text, ())),) if stacks else ()
        told = cells(details, now, offline=offline)
        columns.print_row((release.version.text, kind(release), *told, *on))

    return tell


def _read_details(
    published: Published,
    shown: Sequence[Release],
    tell: Callable[[Release, Details], None] | None,
) -> dict[str, Details]:
    found: dict[str, Details] = {}

    async def read() -> None:
        async for release, details in published.details_of(shown):
            found[release.tag] = details
            if tell:
                tell(release, details)
            count(len(found))

    with _counter(len(shown)) as count:
        asyncio.run(read())
    return found


@contextmanager
def _counter(total: int) -> Iterator[Callable[[int], None]]:
    """Count on the terminal while the rows go elsewhere; anywhere else be silent."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _: None
        return
    try:
        yield lambda done: click.echo(f"\r{done} of {total} versions", nl=False, err=True)
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def _deployed(wiring: Wiring) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for summary in wiring.engine().stacks():
        if summary.deployed:
            found[summary.deployed] = (*found.get(summary.deployed, ()), summary.name)
    return found
