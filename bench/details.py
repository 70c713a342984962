"""Details of many versions: `versions --details` beside helm and crane, on one real registry."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.charts import Chart, push
from bench.distance import Distance, at_distance
from bench.parts import ROOT
from bench.ratios import Pairs, note, print_rows, print_table
from bench.served import CHART, running_registry
from philotes_tui.demo.ports import LOOPBACK
from philotes_tui.registry import ChartRegistry, NoCredentials
from philotes_tui.registry.descriptor import digest_of
from philotes_tui.toolchain import found, inspect

FOLDER = "details"
COUNT = 200
SAMPLE = 40
"""Versions that helm is asked for where each takes it long; its time is multiplied."""
AT_A_TIME = 8
"""How many of crane's processes run at a time."""
ROUND_TRIP = 0.05
"""Seconds added to each round trip for a registry that is far away."""
HELM_TARGET, CRANE_TARGET = 0.1, 0.5


Told = tuple[str, str, str]
"""Version, application version and digest, as somebody told them."""


@dataclass(frozen=True)
class Reader:
    """A way to learn the application version and the digest of many versions.

    Attributes:
        name: How it is called in the tables.
        read: Reads versions from `HOST:PORT`; returns what it was told, a text for each
            process that it started.
        understood: What such a text tells; not part of what is measured.
        prepare: What is done before; not part of what is measured.
        far: How many versions it is asked for where the registry is far away.
    """

    name: str
    read: Callable[[str, Sequence[str]], Sequence[str]]
    understood: Callable[[str], Sequence[Told]]
    prepare: Callable[[], None] = lambda: None
    far: int = COUNT

    def seconds(self, host: str, charts: Sequence[Chart]) -> float:
        """Return its wall clock; stop if what it tells is not what is published."""
        self.prepare()
        begun = time.monotonic()
        said = self.read(host, [chart.version for chart in charts])
        taken = time.monotonic() - begun
        told = sorted(each for text in said for each in self.understood(text))
        if told != sorted((c.version, c.app_version, c.digest) for c in charts):
            raise SystemExit(f"{self.name} does not tell what is published: {said[0][:2000]}")
        return taken


@dataclass(frozen=True)
class Readers:
    """Who is measured.

    Attributes:
        cold: This program, with nothing kept from an earlier start.
        warm: This program, with what an earlier start kept.
        helm: `helm show chart`, one version after the other.
        crane: `crane manifest` and `crane blob`, eight versions at a time.
    """

    cold: Reader
    warm: Reader
    helm: Reader
    crane: Reader

    def each(self) -> tuple[Reader, ...]:
        """Return all of them, in the order in which they take turns."""
        return (self.cold, self.warm, self.helm, self.crane)

    def pairs(
        self, host: str, charts: Sequence[Chart], rounds: int, *, far: bool = False
    ) -> list[Pairs]:
        """Measure one after the other in each round, after a warm-up."""
        taken: dict[str, list[float]] = {reader.name: [] for reader in self.each()}
        for at in range(rounds + 1):
            for reader in self.each():
                some = charts[: reader.far] if far else charts
                seconds = reader.seconds(host, some) * len(charts) / len(some)
                taken[reader.name] += [seconds] if at else []
        where = f" {ROUND_TRIP * 1000:.0f} ms away" if far else ""
        return [
            Pairs(
                f"{len(charts)} versions{where}, {state}, {peer.name} (target x {target})",
                *("s", taken[ours.name], taken[peer.name]),
            )
            for state, ours in (("cold", self.cold), ("warm", self.warm))
            for peer, target in ((self.helm, HELM_TARGET), (self.crane, CRANE_TARGET))
        ]


def measure(folder: Path, rounds: int) -> None:
    """Print the tables of the details of many versions."""
    tools = _tools()
    home = folder / "readers"
    readers = Readers(*_ours(home), _helm(home, tools["helm"]), _crane(home, tools["crane"]))
    with running_registry(folder / "charts", tools) as served:
        charts = push(served.port, FOLDER, COUNT)
        near = f"{LOOPBACK}:{served.port}"
        rows = readers.pairs(near, charts, rounds)
        with at_distance(served.port, ROUND_TRIP) as distant:
            rows += readers.pairs(f"{LOOPBACK}:{distant.port}", charts, rounds, far=True)
        print_rows("philotes-tui", "peer", rows)
        note(
            f"Far away helm reads {SAMPLE} versions, and its time is multiplied by"
            f" {COUNT // SAMPLE}. Each told the right application versions and digests."
        )
        with at_distance(served.port, 0) as passed:
            _print_costs(readers, passed, charts)


def _print_costs(readers: Readers, passed: Distance, charts: Sequence[Chart]) -> None:
    """Print what a version costs: requests, connections, and the processes' own CPU time."""
    host = f"{LOOPBACK}:{passed.port}"
    kinds: dict[str, Callable[[], object]] = {
        reader.name: partial(reader.seconds, host, charts) for reader in readers.each()
    }
    kinds["philotes-tui, cold, signatures not looked for"] = partial(_without_signatures, host)
    rows: list[Sequence[str]] = [("", "requests", "a version", "connections", "a version", "CPU")]
    for name, run in kinds.items():
        before = passed.requests, passed.connections, _cpu_seconds()
        run()
        made = passed.requests - before[0], passed.connections - before[1]
        each = [cell for n in made for cell in (str(n), f"{n / len(charts):.3g}")]
        # What runs in this process has none of its own.
        rows.append((name, *each, f"{cpu:.2f} s" if (cpu := _cpu_seconds() - before[2]) else ""))
    print()
    print_table(rows)
    note("This registry has no referrers API; where there is one, signatures cost a request each.")


def _cpu_seconds() -> float:
    """Return what the processes took that were started here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _without_signatures(host: str) -> None:
    """Read tags and details as the command does, but look for no signatures."""

    async def read() -> None:
        registry = ChartRegistry(f"oci://{host}/{FOLDER}", CHART, credentials=NoCredentials())
        catalog = await registry.catalog()
        async for _, details in registry.details_of(catalog.releases, signatures=False):
            if isinstance(details, Exception):
                raise SystemExit(str(details))

    asyncio.run(read())


def _ours(home: Path) -> tuple[Reader, Reader]:
    """Return this program with an empty cache at each start, and with what it kept."""

    def reader(state: str) -> Reader:
        own = home / state
        own.mkdir(parents=True)
        variables = {
            "HOME": str(own),
            "LANG": "C.UTF-8",
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "stack")]),
        }

        def read(host: str, _: Sequence[str]) -> list[str]:
            program = [sys.executable, "-m", "philotes_tui", "--registry", f"oci://{host}/{FOLDER}"]
            return [_run([*program, "versions", "--details", "--json"], variables).stdout]

        def clear() -> None:
            shutil.rmtree(own)
            own.mkdir()

        prepare = clear if state == "cold" else lambda: None
        return Reader(f"philotes-tui, {state}", read, _listed, prepare)

    return reader("cold"), reader("warm")


def _listed(said: str) -> list[Told]:
    versions = json.loads(said)["versions"]
    return [(each["version"], each["app_version"], each["digest"]) for each in versions]


def _helm(home: Path, program: Path) -> Reader:
    variables = _empty(home / "helm")

    def read(host: str, wanted: Sequence[str]) -> list[str]:
        show = [str(program), "show", "chart", f"oci://{host}/{FOLDER}/{CHART}", "--plain-http"]
        done = (_run([*show, "--version", version], variables) for version in wanted)
        return [each.stdout + each.stderr for each in done]  # the digest goes to stderr

    def understood(said: str) -> list[Told]:
        lines = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
        return [(lines["version"], lines["appVersion"], lines["Digest"])]

    return Reader("helm show chart", read, understood, far=SAMPLE)


def _crane(home: Path, program: Path) -> Reader:
    """Return crane with as many processes at a time as this program has questions."""
    variables = _empty(home / "crane")

    def read(host: str, wanted: Sequence[str]) -> list[str]:
        repository = f"{host}/{FOLDER}/{CHART}"

        def ask(what: str, reference: str) -> str:
            return _run([str(program), what, "--insecure", reference], variables).stdout

        def one(version: str) -> str:
            manifest = ask("manifest", f"{repository}:{version}")
            config = json.loads(manifest)["config"]["digest"]
            return json.dumps([manifest, ask("blob", f"{repository}@{config}")])

        with ThreadPoolExecutor(AT_A_TIME) as pool:
            return list(pool.map(one, wanted))

    def understood(said: str) -> list[Told]:
        manifest, config = json.loads(said)
        about = json.loads(config)
        return [(about["version"], about["appVersion"], digest_of(manifest.encode()))]

    return Reader(f"crane, {AT_A_TIME} at a time", read, understood)


def _empty(home: Path) -> Mapping[str, str]:
    home.mkdir(parents=True)
    return {"HOME": str(home), "PATH": os.defpath}


def _run(
    command: Sequence[str], variables: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end; stop if it fails."""
    done = subprocess.run(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done


def _tools() -> dict[str, Path]:
    statuses = inspect(("registry", "helm", "crane"))
    lacking = [f"{status.name}: {status.why}" for status in statuses if not status.fits]
    if lacking:
        raise SystemExit("\n".join([*lacking, "`make tools-bench` gets them first"]))
    return {status.name: found(status).path for status in statuses}
