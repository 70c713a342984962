"""Makes the recordings anew from real operations: `python -m tests.engine.record`.

It starts a demo of its own, deploys to it, and writes `tests/engine/recordings/`.
Addresses, paths and times of the machine are replaced by fixed ones.
"""

import dataclasses
import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from philotes_stack.program import program
from philotes_tui.demo import TOOLS, Demo
from philotes_tui.engine import Change, Event, Sink
from philotes_tui.engine.pulumi import PulumiEngine
from philotes_tui.engine.recording import dump, load
from philotes_tui.errors import EngineError
from philotes_tui.toolchain import ENGINE_TOOLS, PROVIDER, inspect, install_plugin
from philotes_tui.toolchain.lookup import found
from tests.engine.chain import (
    NEVER_READY,
    REFUSED,
    chain_engine,
    chart,
    configure,
    waits_for_readiness,
)

RECORDINGS = Path(__file__).parent / "recordings"
CHARTS = Path(__file__).parent.parent.parent / "charts"
BEGIN = 1_767_225_600.0
"""2026-01-01, the time at which every recording begins."""


def main() -> None:
    """Record all scenarios."""
    os.environ["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    tools = {status.name: found(status) for status in inspect((*TOOLS, *ENGINE_TOOLS))}
    RECORDINGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        paths = {name: tools[name].path for name in TOOLS}
        with Demo.start(folder / "demo", paths, CHARTS) as demo:
            install_plugin(tools[PROVIDER], demo.pulumi_home)
            engine = chain_engine(folder, tools["pulumi"], demo.pulumi_environment(), program)
            hide = scrubber(demo, folder)
            for name, events in scenarios(engine, folder, demo.registry):
                lines = [hide(line) for line in dump(rebased(events))]
                assert tuple(load(lines)), name
                (RECORDINGS / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
                sys.stdout.write(f"{name}: {len(lines)} events\n")


def scenarios(
    engine: PulumiEngine, folder: Path, registry: str
) -> Iterator[tuple[str, list[Event]]]:
    """Yield each operation's name and events."""
    configure(folder, "dev", registry, "philotes")
    old, new = (Change("dev", chart(registry, v)) for v in ("0.1.0", "0.2.0"))
    yield "preview-create", heard(lambda sink: engine.preview(old, sink))
    yield "up-create", heard(lambda sink: engine.up(expecting(old, 20), sink))
    yield "preview-upgrade", heard(lambda sink: engine.preview(new, sink))
    yield "up-upgrade", heard(lambda sink: engine.up(expecting(new, 21), sink))
    configure(folder, "staging", registry, "philotes-staging", REFUSED)
    refused = Change("staging", chart(registry, "0.1.0"), expected=20)
    yield "up-failed", heard(lambda sink: engine.up(refused, sink))
    configure(folder, "prod", registry, "philotes-prod", NEVER_READY)
    waiting = Change("prod", chart(registry, "0.1.0"), expected=20)
    yield "up-cancelled", heard(lambda sink: engine.up(waiting, cancelling(engine, sink)))
    yield "destroy", heard(lambda sink: engine.destroy("dev", sink))


def expecting(change: Change, resources: int) -> Change:
    """Return the change with the number of resources its preview listed."""
    return dataclasses.replace(change, expected=resources)


def heard(operation: Callable[[Sink], object]) -> list[Event]:
    """Return the events of an operation, however it ended."""
    events: list[Event] = []
    try:
        operation(events.append)
    except EngineError as error:
        sys.stdout.write(f"{error.sentence()}\n")
    return events


def cancelling(engine: PulumiEngine, sink: Sink) -> Sink:
    """Return a sink that cancels as soon as a Deployment waits for its pods."""
    asked: list[Event] = []

    def take(event: Event) -> None:
        sink(event)
        if waits_for_readiness(event) and not asked:
            asked.append(event)
            engine.cancel()

    return take


def rebased(events: list[Event]) -> Iterator[Event]:
    """Yield the events as if the first had happened at `BEGIN`."""
    first = events[0].at
    for event in events:
        yield dataclasses.replace(event, at=round(BEGIN + event.at - first, 3))


def scrubber(demo: Demo, folder: Path) -> Callable[[str], str]:
    """Return what replaces the names of this machine in a line."""
    names: Mapping[str, str] = {
        demo.registry_host: "127.0.0.1:5000",
        demo.api_server.removeprefix("https://"): "127.0.0.1:6443",
        str(folder): "/demo",
        str(CHARTS.parent): "/philotes-tui",
        str(Path.home()): "/home/operator",
        socket.gethostname(): "workstation",
    }
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(
        "|".join(
            rf"(?<![\w.-]){re.escape(n)}(?![\w-])" if n[0] != "/" else re.escape(n)
            for n in longest_first
        )
    )
    return lambda line: pattern.sub(lambda match: names[match[0]], line)


if __name__ == "__main__":
    main()
