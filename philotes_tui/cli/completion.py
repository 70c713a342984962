"""`philotes-tui completion`."""

import click
from click.shell_completion import get_completion_class

from philotes_tui.cli.main import COMPLETE, PROGRAM, cli

_PLACES = {
    "bash": "source <(philotes-tui completion bash)   in ~/.bashrc",
    "zsh": "source <(philotes-tui completion zsh)    in ~/.zshrc, after compinit",
    "fish": "philotes-tui completion fish > ~/.config/fish/completions/philotes-tui.fish",
}


@click.command("completion", epilog="\b\n" + "\n".join(_PLACES.values()))
@click.argument("shell", type=click.Choice(tuple(_PLACES)))
def command(shell: str) -> None:
    """Print what completes commands, versions and stacks in SHELL.

    Versions are those that were seen last; nothing is asked over the network.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    script = kind(cli, {}, PROGRAM, COMPLETE)
    click.echo(script.source_template % script.source_vars())
