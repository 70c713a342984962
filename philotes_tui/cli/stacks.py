"""`philotes-tui stacks`."""

import click

from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import print_json, print_table
from philotes_tui.cli.patience import patience
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine.cluster_identity import short_id
from philotes_tui.settings import Settings


@click.command("stacks")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(settings: Settings, *, as_json: bool) -> None:
    """List the stacks and what is deployed on each."""
    wiring = Wiring(settings)
    with patience(f"the backend {wiring.backend()} to list its stacks"):
        summaries = wiring.engine().stacks()
    rows = [(s, wiring.target(s.name)) for s in summaries]
    if as_json:
        print_json({
            "stacks": [
                {
                    "name": s.name,
                    "environment": t.environment,
                    "context": t.context,
                    "cluster_id": t.cluster_id or None,
                    "namespace": t.namespace,
                    "registry": t.registry,
                    "deployed": s.deployed or None,
                    "unfinished": s.unfinished or None,
                    "resources": s.resources,
                    "updated": s.updated.isoformat() if s.updated else None,
                    "updating": s.updating,
                    "outputs": dict(s.outputs) if s.outputs is not None else None,
                }
                for s, t in rows
            ]
        })  # fmt: skip
        return
    print_table(
        ("STACK", "ENVIRONMENT", "DEPLOYED", "RESOURCES", "UPDATED", "CLUSTER", "ID", "NAMESPACE"),
        [
            (
                s.name,
                t.environment,
                ("updating now" if s.updating else s.shown) or "—",
                str(s.resources),
                s.updated.astimezone().strftime("%Y-%m-%d %H:%M") if s.updated else "never",
                t.context or "—",
                short_id(t.cluster_id) or "—",
                t.namespace,
            )
            for s, t in rows
        ],
    )
