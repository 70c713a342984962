"""The screens on a real terminal, with a deploy that runs until it is cancelled.

Arguments: the log file, how many cancels it takes, and `broken` if a running deploy
cannot be drawn. Each cancel adds a line to the log file's name with `.cancelled`.
"""

import logging
import sys
from pathlib import Path

from philotes_tui.errors import OperationCancelled
from philotes_tui.tui.app import PhilotesApp
from philotes_tui.tui.screens.deploy import DeployScreen
from tests.tui import acts
from tests.tui.stage import Stage


def main() -> None:
    log, needed, *broken = sys.argv[1:]
    logging.basicConfig(filename=log, level=logging.INFO)
    stage = Stage()
    gate = stage.gate()

    def cancelled() -> None:
        with Path(f"{log}.cancelled").open("a") as file:
            file.write("cancelled\n")
        if stage.engine.cancels >= int(needed):
            gate.open()

    stage.engine.on_up = lambda c: (*acts.deploy_begun(c.stack, c.expected), gate)
    stage.engine.up_fault = OperationCancelled("The deploy was cancelled")
    stage.engine.on_cancel = cancelled
    if broken:
        DeployScreen.draw = draw_badly  # type: ignore[method-assign]  # the fault under test
    app = PhilotesApp(stage.app().services)
    print(app.run())  # noqa: T201 - what the command line does with it
    sys.exit(app.return_code if app.return_code == 1 else 0)


def draw_badly(self: DeployScreen, *, news: bool) -> None:
    del news
    if self.progress.resources:
        raise ZeroDivisionError("drawn badly")


if __name__ == "__main__":
    main()
