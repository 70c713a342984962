"""`philotes-tui demo`: the whole program on real parts, on this machine alone."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import platformdirs

from philotes_tui.cli.interface import on_terminal, open_interface, refuse_half_a_terminal
from philotes_tui.cli.log import log_to_file
from philotes_tui.cli.wiring import Wiring
from philotes_tui.demo import Demo, Step, reset
from philotes_tui.demo.demo import TOOLS as DEMO_TOOLS
from philotes_tui.engine.passphrase import FILE_VARIABLE, VARIABLE
from philotes_tui.engine.project import ensure_project, ensure_stack_file
from philotes_tui.errors import StateFolderError
from philotes_tui.folders import APP
from philotes_tui.settings import Settings, load
from philotes_tui.signals import ending_on_signals
from philotes_tui.toolchain import ENGINE_TOOLS

SETTINGS_FILE = "settings.toml"


def default_state() -> Path:
    """Return the folder the demo keeps its state in."""
    named = os.environ.get("PHILOTES_TUI_DEMO_STATE")
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_state_dir(APP, appauthor=False)) / "demo"


@click.command("demo")
@click.option("--reset", "start_over", is_flag=True, help="Forget what was deployed, then start.")
@click.option("--state", type=click.Path(path_type=Path), help="The folder of the demo's state.")
@click.option("--json", "as_json", is_flag=True, help="Print the walk's results as JSON.")
def command(state: Path | None, *, start_over: bool, as_json: bool) -> None:
    """Run a registry, a cluster and three stacks on this machine, and open the program on them.

    Without a terminal the main job is done by commands: list, preview, deploy,
    list again, deploy another version, local charts. All processes end with it.
    """
    folder = (state or default_state()).expanduser().absolute()
    refuse_half_a_terminal()
    with ending_on_signals():
        if start_over and reset(folder):
            click.echo(f"The demo's state in {folder} is gone; it starts over.", err=True)
        tools = Wiring(Settings()).install_tools((*ENGINE_TOOLS, *DEMO_TOOLS))
        paths = {name: tool.path for name, tool in tools.items()}
        charts = Wiring(Settings()).local_charts().parent
        with Demo.start(folder, paths, charts, _tell) as demo:
            settings = prepare(demo)
            if on_terminal() and not as_json:
                open_interface(settings)
            else:
                from philotes_tui.cli.walk import walk  # noqa: PLC0415 - not for the screens

                walk(demo, settings, as_json=as_json)


def prepare(demo: Demo) -> Settings:
    """Write the demo's settings file and stack files, and return the settings.

    Another terminal can use the running demo with `philotes-tui --settings FILE`.

    Raises:
        StateFolderError: A file cannot be written.
    """
    file = demo.state / SETTINGS_FILE
    values: Mapping[str, object] = {
        "demo": True,
        "registry": demo.registry,
        "state_dir": str(demo.state),
        "backend_url": demo.backend_url,
        "pulumi_home": str(demo.pulumi_home),
        "kubeconfig": str(demo.kubeconfig),
        "stacks": list(demo.stacks),
    }
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
    try:
        file.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise StateFolderError(
            "The demo's settings cannot be written", on=str(file), said=str(error),
            todo="Free some disk space or choose another folder with --state.",
        ) from error  # fmt: skip
    # The demo's stacks have a passphrase of their own; the user's would only seem to fit.
    for variable in (VARIABLE, FILE_VARIABLE):
        os.environ.pop(variable, None)
    os.environ.update(demo.pulumi_environment())
    settings = replace(load(file, {}), file=file)
    ensure_project(settings.project)
    for stack in settings.stacks:
        ensure_stack_file(settings.project, stack, _initial(demo, stack))
    log_to_file(settings.log_file)
    return settings


def _initial(demo: Demo, stack: str) -> dict[str, str]:
    """Return a new stack's configuration: three stacks share one cluster by namespaces."""
    return {
        "philotes:chartRegistry": demo.registry,
        "philotes:kubeContext": demo.context,
        "philotes:namespace": "philotes" if stack == "dev" else f"philotes-{stack}",
    }


def _tell(step: Step) -> None:
    click.echo(f"{'ready' if step.ready else '  ...'}  {step.part}: {step.text}", err=True)
