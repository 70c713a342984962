"""Memory of whole process trees, in proportional set sizes, sampled 20 times a second.

A page that several processes share counts in each by its share (proc(5),
smaps_rollup), so that the sum over a tree counts nothing twice.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.parts import FIRST, SECOND, Parts, Side, ended_well
from bench.ratios import Pairs, note, print_rows
from bench.screen import FOOTER, Screen
from bench.startup import BARE, OURS, SIZES

INTERVAL = 0.05
"""Seconds between two samples."""
IDLE = 2.0
"""Seconds an idle program is watched."""
PROC = Path("/proc")
MIB = 1024
"""KiB, which the kernel counts in."""


@dataclass
class Watch:
    """The samples of one process tree.

    Attributes:
        totals: The sum of each sample, in MiB.
        parts: The largest sample by the name of the program, in MiB.
    """

    totals: list[float] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)

    def take(self, root: int) -> None:
        """Add a sample of a process and all below it."""
        sample: dict[str, float] = defaultdict(float)
        for process in _tree(root):
            name = _name(process)  # first: it may end between the two
            if size := _pss(process):
                sample[name] += size / MIB
        total = sum(sample.values())
        if sample and total >= max(self.totals, default=0.0):
            self.parts = dict(sample)
        self.totals.append(total)

    @property
    def peak(self) -> float:
        """The largest sum, in MiB."""
        return max(self.totals)


def measure(parts: Parts, rounds: int) -> bool:
    """Print the table of memory."""
    if not (PROC / "self" / "smaps_rollup").exists():
        note("Not measured: this system has no /proc/<pid>/smaps_rollup.")
        return True
    deploys: tuple[list[Watch], list[Watch]] = ([], [])
    idles: tuple[list[float], list[float]] = ([], [])
    settings = ("--settings", str(parts.ours.settings))
    for _ in range(rounds):
        version = next(parts.versions)
        parts.plain.configure(version)
        for side, watches in zip((parts.ours, parts.plain), deploys, strict=True):
            watches.append(_deploy(side, version))
        idles[0].append(_idle(parts, (*OURS, *settings), FIRST, SECOND))
        idles[1].append(_idle(parts, BARE))
    a, b = ([watch.peak for watch in watches] for watches in deploys)
    print_rows("philotes-tui", "plain pulumi", [Pairs("peak of the tree, deploy", "MiB", a, b)])
    for name, watches in zip("AB", deploys, strict=True):
        largest = max(watches, key=lambda watch: watch.peak)
        shares = sorted(largest.parts.items(), key=lambda item: -item[1])
        note(f"{name} at its peak: {', '.join(f'{n} {size:.0f} MiB' for n, size in shares)}")
    print_rows("philotes-tui", "bare Textual app", [Pairs("idle on the screen", "MiB", *idles)])
    return True


def _deploy(side: Side, version: str) -> Watch:
    process = side.popen("up", version)
    with watching(process.pid) as watch:
        said, _ = process.communicate()
    ended_well(process, said)
    return watch


def _idle(parts: Parts, command: tuple[str, ...], *texts: str) -> float:
    """Return the usual size of a program that waits for keys, in MiB."""
    with Screen(command, parts.ours.variables, *SIZES[1]) as screen:
        screen.read_until(FOOTER, *texts)
        screen.read_until_quiet(1.5, 20.0)
        with watching(screen.process.pid) as watch:
            screen.read_for(IDLE)
    return median(watch.totals)


@contextmanager
def watching(root: int) -> Iterator[Watch]:
    """Sample a process tree until the end of the context."""
    watch, ended = Watch(), threading.Event()

    def sample() -> None:
        due = time.monotonic()
        while not ended.wait(max(0.0, due - time.monotonic())):
            watch.take(root)
            due = max(due + INTERVAL, time.monotonic())

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()


def _tree(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir(PROC):  # noqa: PTH208 - names are all that is needed, often
        if entry.isdecimal():
            try:
                stat = (PROC / entry / "stat").read_text(errors="replace")
            except OSError:
                continue
            # proc_pid_stat(5): the name in parentheses may hold anything.
            children[int(stat.rpartition(")")[2].split()[1])].append(int(entry))
    tree = [root]
    for process in tree:
        tree.extend(children[process])
    return tree


def _pss(process: int) -> int:
    """Return the proportional set size in KiB; 0 for a process that is gone."""
    try:
        text = (PROC / str(process) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def _name(process: int) -> str:
    try:
        return Path(os.readlink(PROC / str(process) / "exe")).name  # noqa: PTH115 - may be gone
    except OSError:
        return "gone"
