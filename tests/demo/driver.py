"""A program that starts a demo and then waits, so that tests can end it from outside.

Arguments: the state folder, the charts, and the tools as JSON. Prints `part: text` for
each step and `running` at the end.
"""

import json
import sys
import threading
from pathlib import Path

from philotes_tui.demo import Demo, Step
from philotes_tui.signals import ending_on_signals


def tell(step: Step) -> None:
    print(f"{step.part}: {step.text}", flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    state, charts, tools = sys.argv[1:]
    programs = {name: Path(path) for name, path in json.loads(tools).items()}
    with ending_on_signals(), Demo.start(Path(state), programs, Path(charts), tell):
        print("running", flush=True)  # noqa: T201
        threading.Event().wait()
