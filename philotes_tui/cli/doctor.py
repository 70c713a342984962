"""`philotes-tui doctor`."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass

import click

from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import print_json
from philotes_tui.cli.patience import patience
from philotes_tui.cli.wiring import Wiring
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line
from philotes_tui.settings import Settings
from philotes_tui.toolchain import ENGINE_TOOLS

_PLACES = {"registry": "chart registry", "backend": "Pulumi backend", "cluster": "cluster"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        group: `tool`, `registry`, `backend` or `cluster`.
        needed: Whether a deploy is impossible without it; the demo needs all tools.
        found: A path or an address.
        detail: What is wrong, or how it was found.
        todo: What to do about it.
    """

    name: str
    group: str
    ok: bool
    needed: bool
    found: str = ""
    version: str = ""
    detail: str = ""
    todo: str = ""


@click.command("doctor")
@click.option("--stack", help="The stack whose registry and cluster are checked.")
@click.option("--install", is_flag=True, help="Download or build the tools a deploy needs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(settings: Settings, stack: str | None, *, install: bool, as_json: bool) -> None:
    """Check the tools, the registry, the backend and the cluster."""
    wiring = Wiring(settings)
    if install:
        wiring.install_tools()
    name = wiring.checked_stack(stack)
    with patience("the tools, the registry, the backend and the cluster to answer"):
        checks = [*tool_checks(wiring), *place_checks(wiring, name)]
    ok = all(check.ok or not check.needed for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        _print(checks)
        click.echo(f"\nStack files: {settings.project}\nLog: {settings.log_file}")
    if not ok:
        raise click.exceptions.Exit(1)


def tool_checks(wiring: Wiring) -> list[Check]:
    """Return a check for each tool: where it is, its version, whether that fits."""
    return [
        Check(
            name=status.name,
            group="tool",
            ok=status.fits,
            needed=status.name in ENGINE_TOOLS or (wiring.settings.demo and not status.optional),
            found=str(status.path or ""),
            version=status.version or "",
            detail=status.why or f"from {status.origin}, fits {status.wanted}",
            todo=status.todo
            if status.name in ENGINE_TOOLS
            else "Only the demo needs it, and gets it by itself: `philotes-tui demo`.",
        )
        for status in wiring.inspect_tools()
    ]


def place_checks(wiring: Wiring, stack: str) -> list[Check]:
    """Return the checks of registry, backend and cluster of one stack."""

    def registry() -> tuple[str, str, str]:
        target = wiring.target(stack)
        catalog = asyncio.run(wiring.charts(target).catalog())
        trusting = f", trusting {target.ca_file}" if target.ca_file else ""
        return target.registry, "", f"{len(catalog.releases)} versions{trusting}"

    def backend() -> tuple[str, str, str]:
        stacks = wiring.engine().stacks()
        return wiring.backend(), "", f"{len(stacks)} stacks"

    def cluster() -> tuple[str, str, str]:
        context = wiring.context(stack)
        return f"{context.name} {context.server}", wiring.probe_cluster(stack), "answers"

    return [_checked(g, f) for g, f in
            (("registry", registry), ("backend", backend), ("cluster", cluster))]  # fmt: skip


def _checked(group: str, look: Callable[[], tuple[str, str, str]]) -> Check:
    try:
        found, version, detail = look()
    except PhilotesError as error:
        said = f": {error.said}" if error.said else ""
        return Check(
            group, group, ok=False, needed=True, found=error.on,
            detail=f"{error.what}{said}", todo=error.todo,
        )  # fmt: skip
    return Check(group, group, ok=True, needed=True, found=found, version=version, detail=detail)


def _print(checks: list[Check]) -> None:
    widths = [max(map(len, column)) for column in zip(*map(_columns, checks), strict=True)]
    for check in checks:
        mark = "ok " if check.ok else "BAD" if check.needed else " — "
        cells = [c.ljust(w) for c, w in zip(_columns(check), widths, strict=True)]
        said = f"  ({clean_line(check.detail, 400)})" if check.detail else ""
        click.echo("  ".join([mark, *cells, check.found]).rstrip() + said)
        if not check.ok and check.todo:
            click.echo(f"     do: {check.todo}")


def _columns(check: Check) -> tuple[str, str]:
    return _PLACES.get(check.group, check.name), check.version
