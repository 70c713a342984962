"""What an operator does on the screens, key by key."""

from tests.terminal.driver import Terminal


def pick(terminal: Terminal, version: str) -> None:
    """Filter the list down to one version, typed in one go, and open its preview."""
    terminal.wait_for(" 8 versions")
    terminal.press(f"/{version}")
    terminal.wait_for(f"1 of 8 versions · filter “{version}”")
    terminal.wait_for_footer("▏^p palette")  # nothing before it: the filter has the keys
    terminal.press("enter")
    terminal.wait_for_footer("⏎ Preview")  # the list has them again
    terminal.press("enter")


def approve_and_watch(terminal: Terminal, label: str) -> None:
    """Approve the previewed change of `dev` and wait for its end."""
    terminal.wait_for("a approves", seconds=60)
    terminal.press("a")
    terminal.wait_for("Deploy (y)")
    terminal.press("y")
    terminal.wait_for(f"{label} is deployed on dev", seconds=120)


def deployed(terminal: Terminal, label: str) -> None:
    """Go back to the list and read there what is deployed on `dev`."""
    terminal.press("escape")
    terminal.wait_for(f"1 dev {label}")
