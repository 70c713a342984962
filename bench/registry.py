"""`philotes-tui versions` beside the registry clients that list tags, on one real registry."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench.distance import Distance, at_distance
from bench.parts import ROOT
from bench.ratios import Pairs, note, print_rows
from bench.served import CHART, running_registry
from philotes_tui.demo.ports import LOOPBACK
from philotes_tui.toolchain import BENCH_TOOLS, found, inspect

SIZES = (100, 1_000, 10_000)
ROUND_TRIP = 0.05
"""Seconds added to each round trip for a registry that is far away."""
COLD_TARGET, WARM_TARGET = 1.0, 0.5
UNWANTED = ("pulumi", "textual", "grpc")
"""Packages that listing versions must do without."""
_IMPORT = re.compile(rb"import time:\s+\d+ \|\s+\d+ \|\s*([\w.]+)")


@dataclass(frozen=True)
class Lister:
    """A program that lists the tags of a repository.

    Attributes:
        name: How it is called in the tables.
        command: Its command line for `HOST:PORT` and a folder of charts.
        variables: Its whole environment.
        count: How many tags are in what it printed.
        prepare: What is done before each start; not part of what is measured.
    """

    name: str
    command: Callable[[str, str], Sequence[str]]
    variables: Mapping[str, str]
    count: Callable[[str], int] = lambda said: len(said.split())
    prepare: Callable[[], None] = lambda: None

    def seconds(self, host: str, folder: str, expected: int) -> float:
        """Run it to its end and return its wall clock; stop if it lists too few."""
        self.prepare()
        begun = time.monotonic()
        done = subprocess.run(
            self.command(host, folder),
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        taken = time.monotonic() - begun
        if done.returncode or self.count(done.stdout) != expected:
            said = done.stderr[-2000:] or f"{self.count(done.stdout)} tags listed"
            raise SystemExit(f"{self.name} did not list the {expected} tags of {folder}:\n{said}")
        return taken


@dataclass(frozen=True)
class Listers:
    """Who is measured.

    Attributes:
        cold: This program, with nothing kept from an earlier start.
        warm: This program, asked again what it was asked moments before.
        anew: This program, asked again, but to ask the registry.
        bare: Python and httpx without this program: what a listing costs in them at least.
        peers: The others.
    """

    cold: Lister
    warm: Lister
    anew: Lister
    bare: Lister
    peers: Sequence[Lister]

    @property
    def all(self) -> tuple[Lister, ...]:
        """All of them."""
        return (self.cold, self.warm, self.anew, self.bare, *self.peers)

    def alternately(self, host: str, folder: str, size: int, rounds: int) -> dict[str, list[float]]:
        """Return what each took, one after the other in each round, after a warm-up."""
        listers = self.all
        taken: dict[str, list[float]] = {lister.name: [] for lister in listers}
        for lister in listers:
            lister.seconds(host, folder, size)
        for _ in range(rounds):
            for lister in listers:
                taken[lister.name].append(lister.seconds(host, folder, size))
        return taken


Taken = Mapping[int, Mapping[str, Sequence[float]]]
"""What each took, by the number of tags and the name."""


def measure(folder: Path, rounds: int) -> bool:
    """Print the tables of the registry; return whether nothing heavy is imported."""
    tools = _tools()
    listers = Listers(*_ours(folder / "ours"), _bare(), _peers(folder / "peers", tools))
    with running_registry(folder / "registry", tools) as served:
        folders = {size: served.fill(size) for size in SIZES}
        host = f"{LOOPBACK}:{served.port}"
        near = {size: listers.alternately(host, folders[size], size, rounds) for size in SIZES}
        with at_distance(served.port, ROUND_TRIP) as far:
            away = f"{LOOPBACK}:{far.port}"
            late = {size: listers.alternately(away, folders[size], size, rounds) for size in SIZES}
            made = {
                lister.name: _traffic(lister, far, folders[max(SIZES)]) for lister in listers.all
            }
        pairs = [
            *_pairs(listers, near[max(SIZES)], "near"),
            *_pairs(listers, late[max(SIZES)], f"{ROUND_TRIP * 1000:.0f} ms away"),
        ]
        print_rows("philotes-tui", "peer", pairs)
        print(flush=True)
        _print_growth(near, late, made)
        return _imports(listers.cold, host, folders[min(SIZES)])


def _pairs(listers: Listers, taken: Mapping[str, Sequence[float]], where: str) -> list[Pairs]:
    """Return the pairs with each peer, the program without and with what it kept."""
    return [
        Pairs(
            f"{max(SIZES):,} tags, {where}, {state}, {peer.name} (target x {target})",
            *("s", taken[ours.name], taken[peer.name]),
        )
        for state, ours, target in (
            ("cold", listers.cold, COLD_TARGET),
            ("warm", listers.warm, WARM_TARGET),
        )
        for peer in listers.peers
    ] + [
        Pairs(
            f"{max(SIZES):,} tags, {where}, cold, {listers.bare.name}",
            *("s", taken[listers.cold.name], taken[listers.bare.name]),
        )
    ]


def _traffic(lister: Lister, far: Distance, folder: str) -> tuple[int, int]:
    """Return how many requests and connections one listing of all tags makes."""
    before = (far.requests, far.connections)
    lister.seconds(f"{LOOPBACK}:{far.port}", folder, max(SIZES))
    return far.requests - before[0], far.connections - before[1]


def _print_growth(near: Taken, late: Taken, made: Mapping[str, tuple[int, int]]) -> None:
    """Print how time and traffic grow with the tags and with the distance."""
    rows = [
        [
            "s, median",
            *(f"{size:,} tags" for size in SIZES),
            *(f"{size:,}, {ROUND_TRIP * 1000:.0f} ms away" for size in SIZES),
            *("requests", "connections"),
        ]
    ]
    rows += [
        [
            name,
            *(f"{median(each[size][name]):.2f}" for each in (near, late) for size in SIZES),
            *map(str, made[name]),
        ]
        for name in near[max(SIZES)]
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip())
    note(f"Requests and connections are those of {max(SIZES):,} tags; each listed all of them.")


def _imports(ours: Lister, host: str, folder: str) -> bool:
    """Tell what is imported to list versions; return whether nothing heavy is."""
    python, *rest = ours.command(host, folder)
    ours.prepare()
    done = subprocess.run(
        [python, "-X", "importtime", *rest], env=ours.variables, capture_output=True, check=True
    )
    names = {found[1].decode() for found in _IMPORT.finditer(done.stderr)}
    heavy = sorted(set(UNWANTED) & {name.split(".")[0] for name in names})
    unwanted = f"of {', '.join(UNWANTED)}: {', '.join(heavy) or 'none'}"
    note(f"`versions` imports {len(names)} modules; {unwanted}.")
    return not heavy


def _ours(home: Path) -> tuple[Lister, Lister, Lister]:
    """Return this program with an empty cache at each start, asked again, and asked anew."""
    listers = []
    for state in ("cold", "warm", "--fresh"):
        own = home / state
        own.mkdir(parents=True)
        variables = {
            "HOME": str(own),
            "LANG": "C.UTF-8",
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "stack")]),
        }
        clear = _clearing(own) if state == "cold" else lambda: None
        command = partial(_versions, *(["--fresh"] if state == "--fresh" else []))
        listers.append(Lister(f"philotes-tui, {state}", command, variables, _counted, clear))
    return listers[0], listers[1], listers[2]


def _versions(*arguments: str) -> list[str]:
    """Return the command line, the options before host and folder of the charts."""
    *options, host, folder = arguments
    settings = ["--registry", f"oci://{host}/{folder}"]
    return [sys.executable, "-m", "philotes_tui", *settings, "versions", "--json", *options]


def _bare() -> Lister:
    code = (
        "import sys, httpx; answer = httpx.get(sys.argv[1], params={'n': sys.argv[2]});"
        "print(*answer.json()['tags'], sep='\\n')"
    )

    def command(host: str, folder: str) -> list[str]:
        url = f"http://{host}/v2/{folder}/{CHART}/tags/list"
        return [sys.executable, "-c", code, url, str(max(SIZES))]

    return Lister("bare httpx", command, {"PATH": os.defpath})


def _counted(said: str) -> int:
    document = json.loads(said)
    return len(document["versions"]) + len(document["others"])


def _clearing(home: Path) -> Callable[[], None]:
    """Return what removes all that a start left behind, its cache too."""

    def clear() -> None:
        shutil.rmtree(home)
        home.mkdir()

    return clear


def _peers(home: Path, tools: Mapping[str, Path]) -> list[Lister]:
    home.mkdir()
    variables = {"HOME": str(home), "PATH": os.defpath}

    def repository(host: str, folder: str) -> str:
        return f"{host}/{folder}/{CHART}"

    def crane(host: str, folder: str) -> list[str]:
        return [str(tools["crane"]), "ls", "--insecure", repository(host, folder)]

    def oras(host: str, folder: str) -> list[str]:
        listing = [str(tools["oras"]), "repo", "tags", "--plain-http"]
        return [*listing, repository(host, folder)]

    def regctl(host: str, folder: str) -> list[str]:
        plain = ["--host", f"reg={host},tls=disabled"]
        return [str(tools["regctl"]), *plain, "tag", "ls", repository(host, folder)]

    commands = {"crane ls": crane, "oras repo tags": oras, "regctl tag ls": regctl}
    return [Lister(name, command, variables) for name, command in commands.items()]


def _tools() -> dict[str, Path]:
    statuses = inspect(("registry", "helm", *BENCH_TOOLS))
    lacking = [f"{status.name}: {status.why}" for status in statuses if not status.fits]
    if lacking:
        raise SystemExit("\n".join([*lacking, "`make tools-bench` gets them first"]))
    return {status.name: found(status).path for status in statuses}
