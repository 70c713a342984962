"""`philotes-tui show`."""

import asyncio

import click

from philotes_tui.cli import showing
from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.looking import look, tell_notices
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import iso, print_json
from philotes_tui.cli.patience import patience
from philotes_tui.cli.wiring import Wiring
from philotes_tui.settings import Settings


@click.command("show")
@version_argument()
@click.argument(
    "part", type=click.Choice(showing.PARTS), default=showing.OVERVIEW, metavar="[PART]"
)
@stack_option("Use the registry of this stack.")
@click.option("--offline", is_flag=True, help="Show what was seen before; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings, version: str, part: str, stack: str | None, *, offline: bool, as_json: bool
) -> None:
    """Show what is in one version: VERSION is a version, tag, digest, constraint or `latest`.

    PART is one of overview, which is shown where none is named, values, readme, schema,
    templates, dependencies, images, provenance, signatures and metadata.
    """
    published = Wiring(settings).published(stack, offline=offline)
    with patience(f"{published.charts.url} for {version}"):
        looked = asyncio.run(look(published, version, signatures=part in showing.WITH_SIGNATURES))
    tell_notices(published, looked.picked)
    unknown = offline and not looked.signatures_known
    shown = showing.Shown(looked.details, looked.content, looked.package.provenance, unknown)
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
