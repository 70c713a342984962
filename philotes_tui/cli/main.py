"""The command group, its shared options and the boundary where errors become sentences."""

import contextlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from click.shell_completion import CompletionItem, shell_complete

from philotes_tui.cli.boundary import exit_code_of
from philotes_tui.cli.log import log_to_file
from philotes_tui.errors import DemoError
from philotes_tui.folders import APP
from philotes_tui.settings import Settings, load

P = ParamSpec("P")
R = TypeVar("R")

PROGRAM = "philotes-tui"
COMPLETE = "_PHILOTES_TUI_COMPLETE"
"""The variable by which a shell asks what may follow (click, “Shell Completion”)."""
COMMANDS = {
    "versions": "List the chart versions in the registry.",
    "show": "Show what is in one version: values, templates, images, signatures.",
    "diff": "Compare two versions.",
    "verify": "Check who signed a version.",
    "preview": "Show what deploying a version would change.",
    "deploy": "Deploy a version, after approval.",
    "stacks": "List the stacks and what is deployed on each.",
    "doctor": "Check the tools, the registry, the backend and the cluster.",
    "login": "Log in to the registry, for helm and the provider as well.",
    "logout": "Forget the login of a registry.",
    "completion": "Print what completes commands in a shell.",
    "demo": "Run a registry, a cluster and three stacks on this machine.",
}


@dataclass(frozen=True)
class Chosen:
    """The options before the command; read late, so that `--help` works with a broken file."""

    file: Path | None
    flags: Mapping[str, Any]

    def settings(self) -> Settings:
        """Return the settings in force, and log from now on to their log file.

        Raises:
            SettingsError: A file, key or value is wrong.
            StateFolderError: The log file cannot be written.
            DemoError: These are a demo's settings, and it does not run.
        """
        settings = load(self.file, **self.flags)
        log_to_file(settings.log_file)
        if settings.demo:
            _require_demo(settings.state_dir)
        return settings


def _require_demo(state: Path) -> None:
    from philotes_tui.demo import is_running  # noqa: PLC0415 - only a demo pays for it

    if not is_running(state):
        raise DemoError(
            "The demo is not running",
            on=str(state),
            todo="Start it in another terminal, with `make run` or `philotes-tui demo`.",
        )


def pass_settings(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Give a command the settings as its first argument."""

    @wraps(command)
    def with_settings(*args: P.args, **options: P.kwargs) -> R:
        chosen = click.get_current_context().find_object(Chosen)
        settings = chosen.settings() if chosen else load()
        return command(settings, *args, **options)

    return with_settings


class LazyGroup(click.Group):
    """Imports a command's module when it is asked for, so that none pays for another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the way of one deploy."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"philotes_tui.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that start with a text, without importing them."""
        commands = [
            CompletionItem(name, help=text)
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version() -> str:
    """Return the installed version; a checkout that was never installed has none."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - 10 ms

    try:
        return version(APP)
    except PackageNotFoundError:
        return "(not installed)"


def _print_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"{APP} {_version()}")
        ctx.exit()


def _complete_stacks(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from philotes_tui.cli.completing import complete_stacks  # noqa: PLC0415 - only to complete

    return complete_stacks(ctx, param, incomplete)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 failed · 2 usage or approval missing · 3 settings · 4 registry"
    " · 5 no such version · 6 cluster · 7 tool · 8 cancelled · 9 locked · 10 backend"
    " · 11 state folder · 12 demo · 70 internal · 129 terminal closed · 130 interrupted"
    " · 143 terminated.",
)
@click.option("--settings", "file", type=click.Path(path_type=Path), help="The settings file.")
@click.option("--registry", help="The OCI folder of the charts, oci://host/path.")
@click.option(
    "--registry-ca-file",
    type=click.Path(path_type=Path),
    help="A PEM file of authorities to trust for the registry as well.",
)
@click.option("--project-dir", type=click.Path(path_type=Path), help="The folder of Pulumi.yaml.")
@click.option(
    "--stack", shell_complete=_complete_stacks, help="The stack to start with, or to work on."
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(
    ctx: click.Context,
    *,
    file: Path | None,
    registry: str | None,
    registry_ca_file: Path | None,
    project_dir: Path | None,
    stack: str | None,
) -> None:
    """See which Philotes chart versions are published, preview one, deploy it.

    Without a command the terminal interface opens.
    """
    if registry is not None and not registry.strip():  # a variable of a script that is not set
        raise click.UsageError("--registry is empty; write oci://host/path, or leave it out.")
    flags = {"registry": registry, "registry_ca_file": registry_ca_file, "project_dir": project_dir}
    ctx.obj = Chosen(file, {**flags, "stack": stack})
    if ctx.invoked_subcommand is None:
        from philotes_tui.cli.interface import open_interface  # noqa: PLC0415 - when asked for

        open_interface(ctx.obj.settings())


def run(arguments: Sequence[str]) -> int:
    """Run the program and return its exit code; no error leaves as a traceback."""
    # Without a handler Python's logging would print on the terminal.
    logging.getLogger().addHandler(logging.NullHandler())
    if asked := os.environ.get(COMPLETE):
        with contextlib.suppress(Exception):  # who presses Tab wants to read no error
            return shell_complete(cli, {}, PROGRAM, COMPLETE, asked)
        return 1
    try:
        result = cli.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - the last boundary before the user
        return exit_code_of(error, as_json="--json" in arguments)
    return result if isinstance(result, int) else 0
