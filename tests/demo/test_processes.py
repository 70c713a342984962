import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from philotes_tui.demo import leftovers, reset
from philotes_tui.demo.identity import ProcessIdentity, start_of
from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.state import StateFolder
from philotes_tui.errors import DemoError, StateFolderError
from tests.demo.processes import eventually, is_gone, recorded

FOREVER = "import time; print('up', flush=True); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + FOREVER


def test_a_process_that_fails_at_its_start_is_told_with_its_last_lines(
    supervisor: Supervisor, python: str
) -> None:
    code = "import sys; [print('line', n, file=sys.stderr) for n in range(40)]; "
    code += r"sys.exit('\x1b[31mno such flag')"
    child = supervisor.start("etcd", [python, "-c", code])
    with pytest.raises(DemoError, match="etcd ended by itself with exit code 1") as caught:
        supervisor.wait_until(child, lambda: False, what="answer", within=20)
    assert caught.value.said.splitlines()[-1] == "no such flag"
    assert "line 39" in caught.value.said
    assert "line 1\n" not in caught.value.said
    assert str(child.log) in caught.value.todo
    assert "line 1\n" in child.log.read_text()


def test_an_end_between_the_look_at_the_fact_and_at_the_process_is_not_a_failure(
    supervisor: Supervisor, python: str
) -> None:
    child = supervisor.start("helm", [python, "-c", FOREVER])

    def over() -> bool:
        before = child.exit_code is not None
        child.signal_to_end()
        child.end(within=20)  # it ends just after it was looked at
        return before

    supervisor.wait_until(child, over, what="finish", within=20)
    assert child.exit_code is not None


def test_a_program_that_cannot_be_run_is_told_by_its_path(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    broken = tmp_path / "kwok"
    broken.write_bytes(b"\x7fnot a program")
    broken.chmod(0o755)
    child = supervisor.start("kwok", [broken])
    with pytest.raises(DemoError, match=r"kwok: Exec format error"):
        supervisor.wait_until(child, lambda: False, what="answer", within=20)


def test_a_process_that_never_becomes_ready_ends_the_wait(
    supervisor: Supervisor, python: str
) -> None:
    child = supervisor.start("etcd", [python, "-c", FOREVER])
    with pytest.raises(DemoError, match=r"etcd did not answer within 0 s"):
        supervisor.wait_until(child, lambda: False, what="answer", within=0.2)


def test_a_full_disk_told_by_a_child_is_told_as_a_full_disk(
    supervisor: Supervisor, python: str
) -> None:
    child = supervisor.start(
        "etcd", [python, "-c", "open('/dev/full', 'w', buffering=1).write('x\\n')"]
    )
    with pytest.raises(StateFolderError, match="disk with the demo's folder is full"):
        supervisor.wait_until(child, lambda: False, what="answer", within=20)


def test_a_child_sees_neither_our_variables_nor_our_home(
    supervisor: Supervisor, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_STORAGE", "s3")
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    supervisor.run("child", [python, "-c", code], {"EXTRA": "1"}, within=20)
    seen = json.loads((supervisor.state.root / "logs" / "child.log").read_text())
    assert seen["HOME"] == str(supervisor.state.root / "home")
    assert seen["EXTRA"] == "1"
    assert not {"REGISTRY_STORAGE", "SECRET_TOKEN"} & seen.keys()


def test_stopping_ends_also_a_process_that_ignores_sigterm(
    state: StateFolder, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("philotes_tui.demo.processes._GRACE_S", 0.2)
    supervisor = Supervisor(state)
    children = [
        supervisor.start(name, [python, "-c", code])
        for name, code in {"polite": FOREVER, "deaf": DEAF}.items()
    ]
    for child in children:
        supervisor.wait_until(child, lambda c=child: "up" in c.last_lines(), what="", within=20)  # type: ignore[misc]
    assert recorded(state.root) == [child.identity.pid for child in children]
    supervisor.stop()
    assert [child.exit_code for child in children] == [-signal.SIGTERM, -signal.SIGKILL]
    assert all(is_gone(child.identity.pid) for child in children)
    assert recorded(state.root) == []


def test_nothing_can_be_started_after_the_stop(state: StateFolder, python: str) -> None:
    supervisor = Supervisor(state)
    supervisor.stop()
    supervisor.stop()
    with pytest.raises(DemoError, match="was stopped before it was ready"):
        supervisor.start("late", [python, "-c", FOREVER])


def test_a_program_that_ran_to_its_end_is_not_among_those_that_run(
    supervisor: Supervisor, python: str
) -> None:
    lasting = supervisor.start("etcd", [python, "-c", FOREVER])
    ran = supervisor.run("helm", [python, "-c", "print('done')"], within=20)
    assert (ran.exit_code, ran.last_lines()) == (0, "done")
    assert recorded(supervisor.state.root) == [lasting.identity.pid]


def test_a_process_that_dies_later_is_found(supervisor: Supervisor, python: str) -> None:
    supervisor.run("helm", [python, "-c", ""], within=20)
    child = supervisor.start("etcd", [python, "-c", FOREVER])
    assert supervisor.ended() is None
    os.kill(child.identity.pid, signal.SIGKILL)
    assert eventually(lambda: supervisor.ended() is child)
    assert "etcd ended by itself with signal 9" in supervisor.death_of(child).what


DRIVER = f"""
import sys, time
from pathlib import Path
from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.state import StateFolder
supervisor = Supervisor(StateFolder.claim(Path(sys.argv[1])))
for name in ("one", "two"):
    supervisor.start(name, [sys.executable, "-c", {FOREVER!r}])
print("started", flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's own")
def test_kill_9_of_the_program_ends_its_children_at_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(state)], stdout=subprocess.PIPE, text=True
    ) as driver:
        assert driver.stdout
        assert driver.stdout.readline() == "started\n"
        children = recorded(state)
        assert len(children) == 2
        assert not any(is_gone(pid) for pid in children)
        driver.kill()
    assert eventually(lambda: all(is_gone(pid) for pid in children))
    with Supervisor(StateFolder.claim(state)):
        assert recorded(state) == []


@contextmanager
def a_leftover(state: StateFolder, python: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process as if a demo that is gone had started and recorded it."""
    with subprocess.Popen([python, "-c", FOREVER], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"up\n"
            identity = ProcessIdentity(process.pid, start_of(process.pid) or "", python)
            leftovers.record(state, [identity])
            yield process
        finally:
            process.kill()


def test_a_process_that_was_left_running_is_ended_at_the_next_start(
    state: StateFolder, python: str
) -> None:
    with a_leftover(state, python) as process:
        with Supervisor(state):
            pass
        assert process.wait(10) == -signal.SIGTERM
    assert recorded(state.root) == []


def test_a_reset_ends_what_was_left_running(state: StateFolder, python: str) -> None:
    with a_leftover(state, python) as process:
        state.release()
        assert reset(state.root)
        assert process.wait(10) == -signal.SIGTERM


@pytest.mark.parametrize(
    ("field", "value"), [("started", "another boot:1"), ("executable", "/bin/sleep")]
)
def test_a_process_that_got_the_id_later_is_never_touched(
    state: StateFolder, field: str, value: str
) -> None:
    sleeper = Path("/bin/cat")  # neither python, which launches children, nor what was recorded
    with subprocess.Popen([sleeper], stdin=subprocess.PIPE) as process:
        entry = {
            "pid": process.pid,
            "started": start_of(process.pid),
            "executable": str(sleeper),
            field: value,
        }
        state.write_json("processes.json", [entry])
        assert leftovers.end_leftovers(state) == ()
        assert process.poll() is None
        process.stdin.close()  # type: ignore[union-attr]
        assert process.wait(10) == 0


def test_a_record_with_nonsense_ends_nothing(state: StateFolder) -> None:
    state.write_json(
        "processes.json",
        [{"pid": 1, "started": start_of(1), "executable": ""}, {"pid": "x"}, 7, None],
    )
    assert leftovers.end_leftovers(state) == ()
