"""`philotes-tui versions`."""

import asyncio

import click

from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.patience import patience
from philotes_tui.cli.report import print_json, print_table
from philotes_tui.cli.wiring import Wiring
from philotes_tui.releases import Catalog
from philotes_tui.settings import Settings


@click.command("versions")
@click.option("--stack", help="Use the registry of this stack.")
@click.option("--deployed", is_flag=True, help="Also say on which stacks each version runs.")
@click.option("--all", "everything", is_flag=True, help="Also list tags that are no versions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings, stack: str | None, *, deployed: bool, everything: bool, as_json: bool
) -> None:
    """List the chart versions in the registry, newest first."""
    wiring = Wiring(settings)
    target = wiring.target(stack or settings.selected_stack)
    with patience(f"{target.registry} to list its versions"):
        catalog = asyncio.run(wiring.charts(target).catalog())
    where = _deployed(wiring) if deployed else {}
    if as_json:
        print_json(as_document(catalog, target.registry, where))
        return
    rows = [
        (r.version.text, "pre-release" if r.version.is_prerelease else "stable",
         " ".join(where.get(r.version.text, ())))
        for r in catalog.releases
    ]  # fmt: skip
    heads = ("VERSION", "KIND", "DEPLOYED ON") if deployed else ("VERSION", "KIND")
    print_table(heads, [row[: len(heads)] for row in rows])
    if not rows:
        click.echo(f"No versions in {target.registry} yet; `helm push` brings one there.")
    if everything:
        for other in catalog.others:
            click.echo(f"{other.tag}  ({other.reason})")


def as_document(
    catalog: Catalog, registry: str, where: dict[str, tuple[str, ...]]
) -> dict[str, object]:
    """Return the documented JSON shape of a catalog."""
    return {
        "registry": registry,
        "versions": [
            {
                "version": r.version.text,
                "tag": r.tag,
                "prerelease": r.version.is_prerelease,
                "deployed": list(where.get(r.version.text, ())),
            }
            for r in catalog.releases
        ],
        "others": [{"tag": o.tag, "reason": o.reason} for o in catalog.others],
    }


def _deployed(wiring: Wiring) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for summary in wiring.engine().stacks():
        if summary.deployed:
            found[summary.deployed] = (*found.get(summary.deployed, ()), summary.name)
    return found
