"""`philotes-tui preview`."""

import click

from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.operation import check_choice, run_operation, told_source
from philotes_tui.cli.patience import patience
from philotes_tui.cli.report import print_changes
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Change
from philotes_tui.engine.cluster_identity import cluster_of
from philotes_tui.settings import Settings


@click.command("preview")
@version_argument(required=False)
@click.option("--local", is_flag=True, help="Preview the charts of the checkout.")
@stack_option("The stack to preview on.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings, version: str | None, stack: str | None, *, local: bool, as_json: bool
) -> None:
    """Show what deploying VERSION would change. Changes nothing."""
    check_choice(version, local=local)
    wiring = Wiring(settings)
    name = wiring.checked_stack(stack)
    target = wiring.target(name)
    wiring.require_cluster(name)
    source = told_source(wiring, target, version, local=local)
    with patience("the tools to tell their versions"):
        engine = wiring.engine()
    change = Change(name, source, context=target.context)
    progress = run_operation(
        wiring,
        lambda sink: engine.preview(change, sink),
        target,
        as_json=as_json,
        notices=source.notices,
    )
    if not as_json:
        print_changes(progress, properties=True)
        cluster = cluster_of(target, progress.outputs)
        if cluster.reached:
            click.echo(f"Cluster {cluster.context}, id {cluster.reached}, {cluster.standing}.")
