"""A demo from its start to its end, again and again in one folder."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from philotes_tui.demo import TOOLS, Demo, Step, reset
from philotes_tui.errors import DemoError, ToolMissing
from tests.demo.processes import eventually, is_gone, recorded

pytestmark = pytest.mark.real

ROOT = Path(__file__).parent.parent.parent
NOTE = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "note"},
    "data": {"left": "yesterday"},
}
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@contextmanager
def a_program(
    state: Path, tools: dict[str, Path], charts: Path
) -> Iterator["subprocess.Popen[str]"]:
    """Start the demo in a program of its own, which is gone at the end."""
    named = json.dumps({name: str(path) for name, path in tools.items()})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.demo.driver", str(state), str(charts), named],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def is_well(demo: Demo) -> bool:
    try:
        demo.check()
    except DemoError:
        return False
    return True


def read_until(program: "subprocess.Popen[str]", line: str) -> None:
    assert program.stdout
    for said in program.stdout:
        if said.strip() == line:
            return
    pytest.fail(f"it never said {line}: {program.stderr and program.stderr.read()}")


def test_a_demo_keeps_its_state_and_its_addresses_and_leaves_no_process(
    tmp_path: Path, tools: dict[str, Path], charts: Path
) -> None:
    state = tmp_path / "state"
    with Demo.start(state, tools, charts) as first:
        assert first.cluster.api.request("POST", CONFIG_MAPS, NOTE).status == 201
        started = recorded(state)
        assert len(started) == 6
        addresses = (first.registry, first.api_server, first.backend_url)
        first.check()
    assert all(is_gone(pid) for pid in started)

    steps: list[Step] = []
    with Demo.start(state, tools, charts, steps.append) as second:
        kept = second.cluster.api.get(f"{CONFIG_MAPS}/note").json()
        assert kept["data"] == NOTE["data"]
        assert (second.registry, second.api_server, second.backend_url) == addresses
        started = recorded(state)
        assert not any("published" in step.text for step in steps)
        assert {step.part for step in steps if step.ready} == {"registry", "cluster"}
        with pytest.raises(DemoError, match=rf"Another demo .*process {os.getpid()} since"):
            Demo.start(state, tools, charts)
        with pytest.raises(DemoError, match="Another demo"):
            reset(state)
        second.check()
    assert all(is_gone(pid) for pid in started)
    assert reset(state)
    assert not state.exists()


def test_after_kill_9_nothing_is_left_and_the_next_start_has_the_state(
    tmp_path: Path, tools: dict[str, Path], charts: Path
) -> None:
    state = tmp_path / "state"
    with a_program(state, tools, charts) as program:
        read_until(program, "running")
        started = recorded(state)
        assert len(started) == 6
        assert not any(is_gone(pid) for pid in started)
        program.kill()
    if sys.platform == "linux":
        assert eventually(lambda: all(is_gone(pid) for pid in started))
    with Demo.start(state, tools, charts) as demo:
        assert all(is_gone(pid) for pid in started)
        assert demo.cluster.api.request("POST", CONFIG_MAPS, NOTE).status == 201


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["cluster: kube-apiserver", "running"])
def test_a_signal_at_any_moment_leaves_no_process(
    tmp_path: Path,
    tools: dict[str, Path],
    charts: Path,
    number: signal.Signals,
    moment: str,
) -> None:
    state = tmp_path / "state"
    with a_program(state, tools, charts) as program:
        read_until(program, moment)
        started = recorded(state)
        program.send_signal(number)
        assert program.wait(20) == {signal.SIGINT: -signal.SIGINT}.get(number, 128 + number)
        assert started
        assert all(is_gone(pid) for pid in started)
        assert recorded(state) == []


def test_a_failing_part_stops_the_other_and_is_told(
    tmp_path: Path, tools: dict[str, Path], charts: Path
) -> None:
    broken = tmp_path / "kube-apiserver"
    broken.write_text("#!/bin/sh\necho 'unknown flag: --secure-port' >&2\nexit 2\n")
    broken.chmod(0o755)
    state = tmp_path / "state"
    with pytest.raises(DemoError, match="kube-apiserver ended by itself with exit code 2") as told:
        Demo.start(state, {**tools, "kube-apiserver": broken}, charts)
    assert told.value.said == "unknown flag: --secure-port"
    assert str(state / "logs" / "kube-apiserver.log") in told.value.sentence()
    assert recorded(state) == []
    assert reset(state)  # the folder was given back


def test_a_process_that_dies_while_the_demo_runs_is_told(
    tmp_path: Path, tools: dict[str, Path], charts: Path
) -> None:
    with Demo.start(tmp_path / "state", tools, charts) as demo:
        processes = json.loads((demo.state / "processes.json").read_text())
        etcd = next(one["pid"] for one in processes if one["executable"].endswith("/etcd"))
        os.kill(etcd, signal.SIGKILL)
        assert eventually(lambda: not is_well(demo))
        with pytest.raises(DemoError, match="etcd ended by itself with signal 9"):
            demo.check()


def test_a_missing_program_is_named(tmp_path: Path, charts: Path) -> None:
    with pytest.raises(ToolMissing, match="registry, helm, etcd"):
        Demo.start(tmp_path / "state", {}, charts)
    assert not (tmp_path / "state").exists()
    assert len(TOOLS) == 7
