"""`python -m bench [startup] [registry] [details] …`: all parts unless some are named."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import details, memory, operations, registry, startup
from bench.parts import environment, running
from philotes_tui.signals import ending_on_signals

NAMES = ("startup", "registry", "details", "operations", "memory")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if something wasteful was seen."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES))
    parser.add_argument("--rounds", type=int, default=0, help="pairs of each measurement")
    chosen = parser.parse_args(arguments)
    names = chosen.names or list(NAMES)
    if unknown := set(names) - set(NAMES):
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}")
    begun = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(ending_on_signals())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        good = _measure(names, folder, stack, chosen.rounds)
    print(f"\n{time.monotonic() - begun:.0f} s. Medians (min–max); A B A B after a warm-up.")
    return 0 if good else 1


def _measure(names: Sequence[str], folder: Path, stack: ExitStack, rounds: int) -> bool:
    good = True
    if "startup" in names:
        print("Start-up", flush=True)
        good = startup.measure(environment(folder), folder, rounds or 7)
    if "registry" in names:
        print("\nRegistry", flush=True)
        good = registry.measure(folder, rounds or 7) and good
    if "details" in names:
        print("\nDetails of many versions", flush=True)
        details.measure(folder, rounds or 3)
    if {"operations", "memory"} & set(names):
        print("\n(starting the demo)", flush=True)
        parts = stack.enter_context(running(folder))
        operations.warm_up(parts)
    if "operations" in names:
        print("\nOperations", flush=True)
        good = operations.measure(parts, rounds or 4) and good
    if "memory" in names:
        print("\nMemory", flush=True)
        good = memory.measure(parts, rounds or 2) and good
    return good


if __name__ == "__main__":
    sys.exit(main())
