"""`python -m tests.registry` prints the fault matrix: what each fault ends in at each step."""

import sys
import time

from philotes_tui.errors import PhilotesError
from philotes_tui.registry import ChartRegistry, NoCredentials
from tests.registry.fake_registry import Reply
from tests.registry.faults import FAULTS
from tests.registry.test_fault_matrix import LIMITS, STEPS, Step, broken


def outcome(step: Step, fault: Reply) -> tuple[str, float]:
    """Return what a fault at a step ends in, and after how many seconds."""
    with broken(step, fault) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)
        started = time.monotonic()
        try:
            step.ask(registry)
        except PhilotesError as error:
            return error.kind, time.monotonic() - started
        return "no such API", time.monotonic() - started


def main() -> None:
    """Print the matrix as a Markdown table."""
    rows = [["fault", *(step.name for step in STEPS), "longest"]]
    rows.append(["---"] * len(rows[0]))
    for fault in FAULTS:
        reply = fault.values[0]
        assert isinstance(reply, Reply)
        found = [outcome(step, reply) for step in STEPS]
        longest = max(seconds for _, seconds in found)
        rows.append([str(fault.id), *(kind for kind, _ in found), f"{longest:.2f} s"])
    sys.stdout.write("".join(f"| {' | '.join(row)} |\n" for row in rows))


if __name__ == "__main__":
    main()
