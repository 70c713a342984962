"""`philotes-tui login`."""

import asyncio
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from philotes_tui.cli.completing import stack_option
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import note
from philotes_tui.cli.patience import patience
from philotes_tui.cli.wiring import Wiring
from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.registry import Basic, Host, Repository
from philotes_tui.registry.credential_helper import is_text
from philotes_tui.registry.credentials import config_files
from philotes_tui.registry.login import ANY_REPOSITORY, check_login
from philotes_tui.registry.login_file import LoginFile
from philotes_tui.settings import CHART, Settings

if TYPE_CHECKING:
    from philotes_tui.cli.place import Place

_LONGEST = 64 * 1024


@click.command("login")
@click.argument("registry", required=False)
@click.option("--username", "-u", help="The account; asked for on a terminal.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option(
    "--plain-http",
    is_flag=True,
    help="Send the password without TLS. Needed for each REGISTRY that is neither that of the"
    " charts nor on this machine.",
)
@stack_option("Log in to the registry of this stack.")
@pass_settings
def command(
    settings: Settings,
    registry: str | None,
    username: str | None,
    stack: str | None,
    *,
    password_stdin: bool,
    plain_http: bool,
) -> None:
    """Log in to REGISTRY, or to the one of the charts; stored where Helm stores its logins.

    The registry is asked first whether it takes the login. Helm and the Kubernetes
    provider use it from then on. There is no option for the password itself: others
    could read it in the list of processes.
    """
    place = Wiring(settings).place(stack)
    repository = repository_of(registry, settings, place)
    if plain_http:
        repository = replace(repository, plain_http=True)
    host = str(repository.host)
    login = _asked(host, username, from_stdin=password_stdin)
    ca_file = place.ca_file if registry is None else settings.registry_ca_file or place.ca_file
    file = LoginFile(config_files(os.environ)[0])

    async def check_and_store() -> tuple[bool, str]:
        with patience(f"{host} to check the login"):
            checked = await check_login(repository, login, ca_file=ca_file)
        return checked, await file.store(host, login)

    checked, kept_in = asyncio.run(check_and_store())
    if not checked:
        note(f"{host} asks for no login, so that this one could not be checked.")
    shown = clean_line(login.username, 80)
    click.echo(f"Logged in to {host} as {shown}; kept in {kept_in}.")


def repository_of(registry: str | None, settings: Settings, place: "Place") -> Repository:
    """Return what a login is for: the charts of the stack, or what was named.

    That the charts are read without TLS says nothing of another registry: to that a password
    goes with TLS, unless it is on this machine.

    Args:
        registry: A host, or a folder of it, with or without `oci://`; None: the stack's.
        settings: Whether TLS is wanted on this machine too.
        place: Where the stack's charts are.

    Raises:
        InvalidReference: It is not an address, or empty.
    """
    own = Repository.parse(f"{place.registry.rstrip('/')}/{CHART}", plain_http=place.plain_http)
    if registry is None:
        return own
    named = registry.strip().removeprefix("oci://").removeprefix("https://").rstrip("/")
    if not named:
        # A variable of a script that is not set must not send a password to another registry.
        raise InvalidReference(
            "The address of the registry is empty",
            todo=f"Write its host, or leave it out for that of the charts, {own.host}.",
        )
    if "://" in named:
        Repository.parse(named)  # tells what is wrong with it
    authority, _, path = named.partition("/")
    host = Host.parse(authority, on=named)
    if host == own.host and not path:
        return own
    unasked = host.is_loopback and settings.plain_http is not False
    plain = own.plain_http if host == own.host else unasked
    if path:
        return Repository.parse(f"{named}/{CHART}", plain_http=plain)
    return Repository(host, ANY_REPOSITORY, plain)


def _asked(host: str, username: str | None, *, from_stdin: bool) -> Basic:
    """Return the login as it was given or typed."""
    if from_stdin and not username:
        raise click.UsageError("--password-stdin needs --username.")
    if not from_stdin and not sys.stdin.isatty():
        raise click.UsageError(
            "Nobody can be asked for a password here; give it on standard input"
            " with --password-stdin."
        )
    if from_stdin:
        password = _read().rstrip("\r\n")
    else:
        username = username or click.prompt(f"User name for {host}", err=True)
        password = click.prompt(f"Password of {username}", hide_input=True, err=True)
    if not password:
        raise click.UsageError("The password is empty.")
    login = Basic(username or "", password)
    if not is_text(login.username + login.password):
        raise click.UsageError("User name and password must be text.")
    return login


def _read() -> str:
    try:
        return sys.stdin.buffer.read(_LONGEST).decode()
    except UnicodeDecodeError:  # which would repeat a part of it
        raise click.UsageError("The password on standard input is not UTF-8 text.") from None
