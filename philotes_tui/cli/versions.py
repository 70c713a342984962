"""`philotes-tui versions`."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from philotes_tui.cli.completing import complete_channels, stack_option
from philotes_tui.cli.listing import (
    DETAIL_HEADS,
    DETAIL_WIDTHS,
    HEADS,
    WIDEST,
    Details,
    as_document,
    cells,
    changes_sentence,
    kind,
    seen_sentence,
)
from philotes_tui.cli.loop import run_coroutine
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import (
    Columns,
    encoded,
    joined,
    json_rows,
    note,
    print_bytes,
    table,
)
from philotes_tui.cli.patience import patience
from philotes_tui.cli.published import Listing, Published
from philotes_tui.cli.recent import RecentAnswers, States, states
from philotes_tui.cli.selection import Selection
from philotes_tui.cli.wiring import Wiring
from philotes_tui.errors import RegistryError
from philotes_tui.folders import registry_cache
from philotes_tui.registry.credentials import config_files
from philotes_tui.releases import (
    Constraint,
    InvalidConstraint,
    Release,
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
@click.option("--fresh", is_flag=True, help="Ask even if the same was asked moments ago.")
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
    fresh: bool,
    as_json: bool,
) -> None:
    """List the chart versions in the registry, newest first."""
    if fresh and offline:  # what the one passes over alone comes before any command line is read
        raise click.UsageError("Either --fresh, which asks the registry, or --offline, not both.")
    read = states(_decisive(settings, stack))
    wiring = Wiring(settings)
    published = wiring.published(stack, offline=offline)
    with patience(f"{published.charts.url} to list its versions"):
        listing = run_coroutine(published.listing())
    shown = Selection(constraint, channel, limit).of(listing.catalog.releases)
    where = _deployed(wiring) if deployed else {}
    found: dict[str, Details] | None = None
    if details:
        tell = None if as_json else _rows(shown, where, stacks=deployed, offline=offline)
        found = _read_details(published, shown, tell)
        digests = {t: d.digest for t, d in found.items() if not isinstance(d, RegistryError)}
        listing = listing.with_digests(digests)
        published.learn(digests)
    nothing = ""
    if not (shown or as_json):
        nothing = Selection(constraint, channel).nothing(listing, published.charts.url)
    notices = tuple(filter(None, (*published.notices, nothing)))
    for sentence in filter(None, (*notices, seen_sentence(listing), changes_sentence(listing))):
        note(sentence)
    answer = Answer(listing, shown, published.charts.url, where, found)
    if as_json:
        body, again = answer.as_json()
    else:
        body = again = answer.as_text(stacks=deployed, others=everything)
    print_bytes(body)
    if not (details or deployed or offline):
        _keep(again, published, listing, read, notices)


@dataclass(frozen=True)
class Answer:
    """What is told of a listing.

    Attributes:
        listing: What is published.
        shown: The versions that were asked for.
        registry: The folder that was asked.
        where: The stacks that each version runs on.
        details: By tag, where they were asked for.
    """

    listing: Listing
    shown: Sequence[Release]
    registry: str
    where: Stacks
    details: Mapping[str, Details] | None

    def as_json(self) -> tuple[bytes, bytes]:
        """Return the document, and what it is when it is given again moments later."""
        document = as_document(
            self.listing, self.shown, registry=self.registry, where=self.where, details=self.details
        )
        rows = json_rows(document)
        again = {**rows, "cached": "true", "changes": "[]"}
        return encoded(joined(rows)), encoded(joined(again))

    def as_text(self, *, stacks: bool, others: bool) -> bytes:
        """Return the tables; that of the versions only where their details were not printed."""
        parts = []
        if self.details is None:
            heads = (*HEADS, "DEPLOYED ON") if stacks else HEADS
            where = self.where
            rows = [
                (r.version.text, kind(r), " ".join(where.get(r.version.text, ())))
                for r in self.shown
            ]
            parts.append(table(heads, [row[: len(heads)] for row in rows], widest=WIDEST))
        if others:
            apart = [(other.tag, other.reason) for other in self.listing.catalog.others]
            parts.append(table(("OTHER TAG", "WHY"), apart, widest=WIDEST))
        return "".join(parts).encode(sys.stdout.encoding, "replace")


def _decisive(settings: Settings, stack: str | None) -> tuple[Path, ...]:
    """Return the files that decide what is asked, and as whom."""
    named = stack or settings.selected_stack
    return (
        settings.file,
        settings.project / f"Pulumi.{named}.yaml",
        *config_files(os.environ),  # who logged out since is not shown it without a word
    )


def _keep(
    body: bytes, published: Published, listing: Listing, read: States, notices: Sequence[str]
) -> None:
    """Keep an answer for who asks the same in a moment."""
    RecentAnswers(registry_cache()).keep(
        sys.argv[1:],
        body,
        at=listing.seen_at,
        listed=published.moment,
        notices=notices,
        read=read,
    )


def _rows(
    shown: Sequence[Release], where: Stacks, *, stacks: bool, offline: bool
) -> Callable[[Release, Details], None]:
    """Return what prints a row as soon as its details are there, below a head for all."""
    width = min(WIDEST, max((len(release.version.text) for release in shown), default=0))
    heads = (*HEADS, *DETAIL_HEADS, *(("DEPLOYED ON",) if stacks else ()))
    kinds = max((len(kind(release)) for release in shown), default=0)
    widths = (width, kinds, max(width, DETAIL_WIDTHS[0]), *DETAIL_WIDTHS[1:])
    columns = Columns(heads, widths)
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
        run_coroutine(read())
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
