"""`philotes-tui deploy`."""

import sys
from dataclasses import replace

import click

from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.operation import check_choice, resolved, run_operation, told_source
from philotes_tui.cli.patience import patience
from philotes_tui.cli.report import print_changes, print_outcome
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Change, Kind, Progress, Target
from philotes_tui.engine.approval import Resolved, moved, state_of
from philotes_tui.engine.cluster_identity import ClusterIdentity, cluster_of, short_id
from philotes_tui.errors import ApprovalRequired
from philotes_tui.settings import Settings


@click.command("deploy")
@version_argument(required=False)
@click.option("--local", is_flag=True, help="Deploy the charts of the checkout.")
@stack_option("The stack to deploy to.")
@click.option("--yes", is_flag=True, help="Approve without being asked, and without a preview.")
@click.option(
    "--record-cluster/--no-record-cluster",
    default=None,
    help="Keep the cluster's id in the stack file: any other one is refused from then on."
    " Asked at the first deploy; with --yes only if asked for.",
)
@click.option("--message", default="", help="Why, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings,
    version: str | None,
    stack: str | None,
    message: str,
    *,
    record_cluster: bool | None,
    local: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Deploy VERSION: preview, ask for approval, deploy, watch."""
    check_choice(version, local=local)
    if not yes and not (sys.stdin.isatty() and sys.stdout.isatty() and not as_json):
        raise ApprovalRequired(
            "Nobody can be asked to approve this deploy",
            todo="Read `philotes-tui preview` first, then add --yes.",
        )
    wiring = Wiring(settings)
    name = wiring.checked_stack(stack)
    target = wiring.target(name)
    wiring.require_cluster(name)
    source = told_source(wiring, target, version, local=local)
    with patience("the tools to tell their versions"):
        engine = wiring.engine()
    change = Change(
        name, source, message, context=target.context, record_cluster=record_cluster is True
    )
    if not yes:
        before = Resolved(target, source, state_of(name, engine.stacks()))
        planned = run_operation(wiring, lambda sink: engine.preview(change, sink), target)
        print_changes(planned, properties=False)
        cluster = cluster_of(target, planned.outputs)
        record = _ask(planned, before, cluster, record=record_cluster)
        change = replace(
            change,
            expected=len(planned.resources),
            cluster_id=cluster.reached,
            record_cluster=record,
        )
        if error := moved(before, resolved(wiring, engine, name, version, local=local)):
            raise error
    done = run_operation(
        wiring,
        lambda sink: engine.up(change, sink),
        target,
        kind=Kind.UP,
        as_json=as_json,
        notices=source.notices,
    )
    if not as_json:
        _tell_done(wiring, target, done)


def _tell_done(wiring: Wiring, target: Target, done: Progress) -> None:
    print_outcome(done)
    recorded = wiring.target(target.stack).cluster_id
    if recorded and not target.cluster_id:
        click.echo(f"Cluster {short_id(recorded)} is recorded: any other one is refused now.")


def _ask(
    planned: Progress, before: Resolved, cluster: ClusterIdentity, *, record: bool | None
) -> bool:
    """Ask for approval; return whether the cluster's id is to be recorded.

    Args:
        planned: What the preview found.
        before: What it is a preview of.
        cluster: The cluster it reached.
        record: What the options say of recording it; None: ask.

    Raises:
        click.exceptions.Exit: It was not given.
        click.Abort: Ctrl-C.
    """
    target = before.target
    click.echo(
        f"\nDeploy {before.source.label} to stack {target.stack} ({target.environment}),"
        f" cluster {target.context or 'unknown'} {target.server}, namespace {target.namespace}."
        f" {len(planned.changed)} resources change."
    )
    if cluster.reached:
        click.echo(f"Cluster id {cluster.reached}, {cluster.standing}.")
    for sentence in before.source.notices:
        click.echo(f"! {sentence}")
    first = before.state is not None and not before.state.resources
    try:
        if record is None:
            record = cluster.recordable and first and _wants_recorded(target)
        approved = _approved(target)
    except click.Abort as stop:
        click.echo("Nothing was changed.", err=True)
        if isinstance(stop.__context__, EOFError):  # nobody will answer any more
            raise click.exceptions.Exit(ApprovalRequired.exit_code) from None
        raise
    if not approved:
        click.echo("Not approved; nothing was changed.", err=True)
        raise click.exceptions.Exit(ApprovalRequired.exit_code)
    return record


def _wants_recorded(target: Target) -> bool:
    click.echo("Once a cluster is recorded, any other one is refused.")
    return click.confirm(f"Record this cluster in Pulumi.{target.stack}.yaml?", default=True)


def _approved(target: Target) -> bool:
    if not target.is_production:
        return click.confirm("Go on?", default=False)
    typed: str = click.prompt(f"This is production. Type the stack's name ({target.stack})")
    return typed.strip() == target.stack
