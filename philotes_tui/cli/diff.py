"""`philotes-tui diff`."""

import asyncio
from collections.abc import Sequence

import click

from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.differing import SECTIONS, key_document, lines
from philotes_tui.cli.looking import Looked, look, tell_notices
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import iso, note, print_json
from philotes_tui.cli.patience import patience
from philotes_tui.cli.published import Published
from philotes_tui.cli.wiring import Wiring
from philotes_tui.releases.difference import (
    Difference,
    FileDifference,
    ValueDifference,
    difference,
)
from philotes_tui.settings import Settings

MOST_LINES = 20_000
"""Lines that are printed at most."""

Entry = FileDifference | ValueDifference


@click.command("diff")
@version_argument("before")
@version_argument("after")
@click.option("--values", is_flag=True, help="Compare the values, key by key.")
@click.option("--templates", is_flag=True, help="Compare the templates.")
@click.option("--dependencies", is_flag=True, help="Compare the versions of the subcharts.")
@click.option("--images", is_flag=True, help="Compare the images that the default values name.")
@click.option("--text", is_flag=True, help="Tell the values as text, with their comments.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
@stack_option("Use the registry of this stack.")
@click.option("--offline", is_flag=True, help="Compare what was seen before; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings,
    before: str,
    after: str,
    stack: str | None,
    *,
    exit_code: bool,
    values: bool,
    templates: bool,
    dependencies: bool,
    images: bool,
    text: bool,
    offline: bool,
    as_json: bool,
) -> None:
    """Compare BEFORE with AFTER; each is a version, tag, digest, constraint or `latest`.

    Without --values, --templates, --dependencies or --images all of it is compared.
    """
    published = Wiring(settings).published(stack, offline=offline)
    with patience(f"{published.charts.url} for {before} and {after}"):
        old, new = asyncio.run(_read(published, before, after))
    tell_notices(published, old.picked, new.picked)
    chosen = (dependencies, images, values, templates, False)
    sections = [name for name, wanted in zip(SECTIONS, chosen, strict=True) if wanted] or SECTIONS
    found = difference(old.content, new.content)
    if as_json:
        print_json(_document(published, old, new, found, sections))
    else:
        _print(old, new, found, sections, text=text)
    differs = any(getattr(found, section) for section in sections)
    if differs and exit_code:
        click.get_current_context().exit(1)


async def _read(published: Published, before: str, after: str) -> tuple[Looked, Looked]:
    old = await look(published, before, signatures=False)
    return old, await look(published, after, signatures=False)


def _print(
    old: Looked, new: Looked, found: Difference, sections: Sequence[str], *, text: bool
) -> None:
    names = old.picked.name, new.picked.name
    if old.details.digest == new.details.digest:
        click.echo(f"{names[0]} and {names[1]} are the same: {old.details.digest}.")
        return
    printed = 0
    for line in lines(names, found, sections, text=text):
        if printed == MOST_LINES:
            note(
                f"Only the first {MOST_LINES} lines are shown; name what to compare, or use --json."
            )
            break
        printed += 1
        line.print()
    if not printed:
        what = "" if len(sections) == len(SECTIONS) else f" in their {_listed(list(sections))}"
        click.echo(f"{names[0]} and {names[1]} do not differ{what}.")


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _document(
    published: Published, old: Looked, new: Looked, found: Difference, sections: Sequence[str]
) -> dict[str, object]:
    entries = {section: getattr(found, section) for section in sections}
    seen = published.seen.seen_at if published.offline and published.seen else None
    document: dict[str, object] = {
        "registry": published.charts.url,
        "cached": published.offline,
        "seen": iso(seen),
        "before": _side(old),
        "after": _side(new),
        "differs": any(entries.values()),
        **{section: [_entry(entry) for entry in told] for section, told in entries.items()},
    }
    if "values" in entries:
        keys = found.keys
        document["keys"] = None if keys is None else [key_document(each) for each in keys]
    return document


def _side(looked: Looked) -> dict[str, object]:
    return {
        "wanted": looked.picked.wanted,
        "version": looked.details.version.text,
        "tag": looked.details.tag or None,
        "digest": looked.details.digest,
    }


def _entry(entry: Entry) -> dict[str, object]:
    if isinstance(entry, ValueDifference):
        sides = {"before": entry.before, "after": entry.after}
        return {"name": entry.name, "change": entry.change, **sides}
    return {"path": entry.path, "change": entry.change, "diff": "\n".join(entry.lines) or None}
