"""`philotes-tui logout`."""

import asyncio
import os

import click

from philotes_tui.cli.completing import stack_option
from philotes_tui.cli.login import repository_of
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import note
from philotes_tui.cli.wiring import Wiring
from philotes_tui.errors import SettingsError
from philotes_tui.registry import FileCredentials
from philotes_tui.registry.credentials import config_files
from philotes_tui.registry.login_file import LoginFile
from philotes_tui.settings import Settings


@click.command("logout")
@click.argument("registry", required=False)
@stack_option("Log out of the registry of this stack.")
@pass_settings
def command(settings: Settings, registry: str | None, stack: str | None) -> None:
    """Forget the login of REGISTRY, or of the one of the charts, that Helm's file keeps."""
    place = Wiring(settings).place(stack)
    repository = repository_of(registry, settings, place)
    host = str(repository.host)
    helm, *others = config_files(os.environ)
    removed = asyncio.run(LoginFile(helm).remove(host))
    click.echo(f"Logged out of {host}." if removed else f"No login for {host} is in {helm}.")
    try:
        left = asyncio.run(FileCredentials(others).lookup(host))
    except SettingsError as error:  # what was asked for is done
        note(f"Whether Docker keeps a login for {host} is not known. {error.sentence()}")
        return
    if left is not None:
        note(f"The login in {left.source} stays, and is used from now on: `docker logout {host}`.")
