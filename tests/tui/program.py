"""The screens on a real terminal, with a deploy that runs until it is cancelled."""

import logging
import sys
from pathlib import Path

from philotes_tui.errors import OperationCancelled
from philotes_tui.tui.app import PhilotesApp
from tests.tui import acts
from tests.tui.stage import Stage


def main() -> None:
    logging.basicConfig(filename=sys.argv[1], level=logging.INFO)
    stage = Stage()
    gate = stage.gate()

    def cancelled() -> None:
        Path(sys.argv[1] + ".cancelled").touch()
        gate.open()

    stage.engine.on_up = lambda c: (*acts.deploy_begun(c.stack, c.expected), gate)
    stage.engine.up_fault = OperationCancelled("The deploy was cancelled")
    stage.engine.on_cancel = cancelled
    told = PhilotesApp(stage.app().services).run()
    print(told)  # noqa: T201 - what the command line does with it


if __name__ == "__main__":
    main()
