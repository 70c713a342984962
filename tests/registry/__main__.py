"""`python -m tests.registry` prints the fault matrix: what each fault ends in at each step."""

import sys
import time

from philotes_tui.errors import PhilotesError
from tests.registry.fake_registry import Reply
from tests.registry.faults import FAULTS
from tests.registry.steps import STEPS, Step, broken


def outcome(step: Step, fault: Reply) -> tuple[str, float]:
    """Return what a fault at a step ends in, and after how many seconds."""
    with broken(step, fault) as fake:
        started = time.monotonic()
        try:
            step.ask(fake)
        except PhilotesError as error:
            return error.kind, time.monotonic() - started
        return "no error", time.monotonic() - started


def main() -> None:
    """Print the matrix as a Markdown table, row by row."""
    heads = ["fault", *(step.name for step in STEPS), "longest"]
    _print(heads)
    _print(["---"] * len(heads))
    for fault in FAULTS:
        reply = fault.values[0]
        assert isinstance(reply, Reply)
        found = [outcome(step, reply) for step in STEPS]
        longest = max(seconds for _, seconds in found)
        _print([str(fault.id), *(kind for kind, _ in found), f"{longest:.2f} s"])


def _print(cells: list[str]) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
