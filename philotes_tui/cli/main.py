"""The command group, its shared options and the boundary where errors become sentences."""

import json
import logging
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from philotes_tui.cli.log import log_to_file
from philotes_tui.errors import PhilotesError, StateFolderError
from philotes_tui.foreign import clean_line
from philotes_tui.settings import Settings, load

INTERNAL_ERROR = 70
"""Exit code of a defect in this program (sysexits.h, EX_SOFTWARE)."""
INTERRUPTED = 130
"""Exit code after Ctrl-C (128 + SIGINT), as shells expect."""
TERMINATED = 143
"""Exit code after SIGTERM (128 + SIGTERM)."""

COMMANDS = {
    "versions": "List the chart versions in the registry.",
    "preview": "Show what deploying a version would change.",
    "deploy": "Deploy a version, after approval.",
    "stacks": "List the stacks and what is deployed on each.",
    "doctor": "Check the tools, the registry, the backend and the cluster.",
    "demo": "Run a registry, a cluster and three stacks on this machine.",
}


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 failed · 2 usage or approval missing · 3 settings · 4 registry"
    " · 5 no such version · 6 cluster · 7 tool · 8 cancelled · 9 locked · 10 backend"
    " · 11 state folder · 12 demo · 70 internal · 130 interrupted.",
)
@click.option("--settings", "file", type=click.Path(path_type=Path), help="The settings file.")
@click.option("--registry", help="The OCI folder of the charts, oci://host/path.")
@click.option("--project-dir", type=click.Path(path_type=Path), help="The folder of Pulumi.yaml.")
@click.option("--stack", help="The stack to start with, or to work on.")
@click.version_option(package_name="philotes-tui")
@click.pass_context
def cli(
    ctx: click.Context,
    file: Path | None,
    registry: str | None,
    project_dir: Path | None,
    stack: str | None,
) -> None:
    """See which Philotes chart versions are published, preview one, deploy it.

    Without a command the terminal interface opens.
    """
    if ctx.invoked_subcommand == "demo":
        ctx.obj = None  # the demo makes settings of its own
        return
    settings = load(file, registry=registry, project_dir=project_dir, stack=stack)
    ctx.obj = settings
    log_to_file(settings.log_file)
    if ctx.invoked_subcommand is None:
        from philotes_tui.cli.interface import open_interface  # noqa: PLC0415

        open_interface(settings)


def run(arguments: Sequence[str]) -> int:  # noqa: PLR0911 - one return for each way to end
    """Run the program and return its exit code; no error leaves as a traceback."""
    as_json = "--json" in arguments
    try:
        result = cli.main(list(arguments), prog_name="philotes-tui", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except PhilotesError as error:
        _report(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader left; Python must not complain about it
        return 0
    except OSError as error:
        wrapped = _from_os_error(error)
        _report(wrapped, as_json=as_json)
        return wrapped.exit_code
    except Exception as error:  # noqa: BLE001 - the last boundary before the user
        return _internal(error)
    return result if isinstance(result, int) else 0


def _from_os_error(error: OSError) -> StateFolderError:
    logging.getLogger("philotes_tui").error("%s", traceback.format_exc())
    return StateFolderError(
        "A file could not be read or written",
        on=str(error.filename or ""),
        said=error.strerror or str(error),
        todo="Free some disk space or mend the permissions, then run it again.",
    )


def _report(error: PhilotesError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
    click.echo(f"error: {error.what}", err=True)
    if error.on:
        click.echo(f"  on:   {error.on}", err=True)
    if error.said:
        first, *rest = error.said.splitlines()
        click.echo(f"  said: {first}", err=True)
        for line in rest:
            click.echo(f"        {line}", err=True)
    if error.todo:
        click.echo(f"  do:   {error.todo}", err=True)


def _internal(error: Exception) -> int:
    logger = logging.getLogger("philotes_tui")
    logger.error("%s", traceback.format_exc())
    place = next(
        (h.baseFilename for h in logger.handlers if isinstance(h, logging.FileHandler)), ""
    )
    text = clean_line(f"{type(error).__name__}: {error}", 400)
    click.echo(f"error: philotes-tui itself failed: {text}", err=True)
    if place:
        click.echo(f"  do:   Details are in {place}; please report them.", err=True)
    return INTERNAL_ERROR


pass_settings = click.make_pass_decorator(Settings)
