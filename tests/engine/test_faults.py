"""What goes wrong ends in one sentence of ours, and the engine stays usable."""

import os
import select
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

from philotes_tui.engine import (
    CancelRequested,
    Diagnostic,
    Engine,
    Kind,
    LogLine,
    OperationEnded,
    Progress,
    Result,
    Severity,
    fold,
)
from philotes_tui.engine.pulumi import PulumiEngine
from philotes_tui.engine.stack_file import StackFile, stack_path
from philotes_tui.errors import (
    BackendUnavailable,
    OperationCancelled,
    OperationFailed,
    OperationInProgress,
    SettingsError,
    StackLocked,
    ToolMissing,
    WrongPassphrase,
)
from tests.engine.conftest import Heard, SmallEngine, Thing, change, small_program

pytestmark = pytest.mark.real


class Gate:
    """A program that waits inside until it is let go, or until the engine is gone."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.leave = threading.Event()

    def __call__(self) -> None:
        Thing("one", {})
        self.entered.set()
        self.leave.wait(60)


def started(operation: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Run an operation in a thread and keep what it raises."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            operation()
        except BaseException as error:  # noqa: BLE001  # looked at by the test
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, raised


def ended(heard: Heard) -> OperationEnded:
    last = heard.events[-1]
    assert isinstance(last, OperationEnded)
    return last


def test_only_one_operation_runs_at_a_time(small: SmallEngine, heard: Heard) -> None:
    gate = Gate()
    engine = small(gate)
    thread, raised = started(lambda: engine.up(change(), heard))
    assert gate.entered.wait(30)
    assert engine.running() is Kind.UP
    with pytest.raises(OperationInProgress):
        engine.preview(change(), lambda _: None)
    gate.leave.set()
    thread.join(30)
    assert not raised
    assert engine.running() is None
    assert engine.preview(change(), lambda _: None).result is Result.SUCCEEDED


def test_cancel_ends_an_operation_and_leaves_no_lock(small: SmallEngine, heard: Heard) -> None:
    gate = Gate()
    engine = small(gate)
    thread, raised = started(lambda: engine.up(change(), heard))
    assert gate.entered.wait(30)
    assert engine.cancel()
    gate.leave.set()
    thread.join(30)
    (error,) = raised
    assert isinstance(error, OperationCancelled)
    assert ended(heard).result is Result.CANCELLED
    assert any(isinstance(event, CancelRequested) for event in heard.events)
    assert not engine.stacks()[0].updating
    assert not engine.cancel()
    assert stack_path(small.project, "dev").exists()


def test_the_next_operation_waits_for_a_program_that_has_not_ended(
    small: SmallEngine, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("philotes_tui.engine.pulumi.session.PROGRAM_GRACE", 0.1)
    gate = Gate()
    engine = small(gate)
    thread, raised = started(lambda: engine.up(change(), heard))
    assert gate.entered.wait(30)
    engine.cancel()
    thread.join(30)
    assert isinstance(raised[0], OperationCancelled)
    with pytest.raises(OperationInProgress, match="has not ended"):
        engine.preview(change(), lambda _: None)
    gate.leave.set()
    assert engine._program is not None
    assert engine._program.ended(30)
    assert engine.preview(change(), lambda _: None).result is Result.SUCCEEDED


def test_a_second_cancel_stops_a_command_line_that_does_not_listen(
    small: SmallEngine, tmp_path: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("philotes_tui.engine.pulumi.command._KILL_AFTER", 0.1)
    deaf = tmp_path / "pulumi"
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    deaf.write_text(
        f"#!{sys.executable}\nimport signal\n"
        "for n in (signal.SIGINT, signal.SIGTERM): signal.signal(n, signal.SIG_IGN)\n"
        f"open({str(ready)!r}, 'w').close()\nwhile True: signal.pause()\n"
    )
    deaf.chmod(0o755)
    engine = small(pulumi_path=deaf)
    thread, raised = started(lambda: engine.preview(change(), heard))
    ready.read_text()
    assert engine.cancel()
    assert engine.cancel()
    thread.join(30)
    assert not thread.is_alive()
    assert isinstance(raised[0], OperationCancelled)


def test_a_locked_stack_tells_who_holds_it_and_that_this_process_lives(
    small: SmallEngine, heard: Heard
) -> None:
    engine = small()
    engine.up(change(), lambda _: None)
    lock(small, os.getpid())
    with pytest.raises(StackLocked) as caught:
        engine.up(change("0.2.0"), heard)
    assert f"ada@{socket.gethostname()}, process {os.getpid()} (still running)" in caught.value.said
    assert "since 2026-01-02T03:04:05" in caught.value.said
    assert "Wait" in caught.value.todo
    assert engine.stacks()[0].updating
    assert StackFile.read(small.project, "dev").settings.chart_version == "0.1.0"
    assert ended(heard).error == caught.value.sentence()


def test_a_lock_of_a_process_that_is_gone_names_the_way_out(small: SmallEngine) -> None:
    engine = small()
    engine.up(change(), lambda _: None)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock(small, gone.pid)
    with pytest.raises(StackLocked) as caught:
        engine.up(change(), lambda _: None)
    assert "pulumi cancel --stack dev" in caught.value.todo
    assert not engine.stacks()[0].updating


def lock(small: SmallEngine, pid: int) -> None:
    """Leave a lock as another Pulumi process would."""
    folder = small.backend / ".pulumi" / "locks" / "organization" / "philotes" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "another.json").write_text(
        f'{{"pid":{pid},"username":"ada","hostname":"{socket.gethostname()}",'
        '"timestamp":"2026-01-02T03:04:05Z"}'
    )


def test_a_wrong_passphrase_is_named_as_such(small: SmallEngine, heard: Heard) -> None:
    small().up(change(), lambda _: None)
    with pytest.raises(WrongPassphrase):
        small(env={"PULUMI_CONFIG_PASSPHRASE": "not this"}).up(change(), heard)
    assert ended(heard).result is Result.FAILED


def test_a_backend_that_cannot_be_opened_is_named_as_such(small: SmallEngine) -> None:
    engine = small(env={"PULUMI_BACKEND_URL": f"file://{small.folder}/nowhere"})
    with pytest.raises(BackendUnavailable, match="nowhere"):
        engine.preview(change(), lambda _: None)


def test_a_backend_s_password_is_not_repeated(small: SmallEngine, heard: Heard) -> None:
    url = "postgres://user:correct-horse@127.0.0.1:1/state"
    with pytest.raises(BackendUnavailable) as caught:
        small(env={"PULUMI_BACKEND_URL": url}).preview(change(), heard)
    told = caught.value.sentence() + str(heard.events)
    assert "127.0.0.1:1" in told
    assert "correct-horse" not in told


def test_no_login_is_named_as_such(small: SmallEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_ACCESS_TOKEN", raising=False)
    with pytest.raises(BackendUnavailable, match="pulumi login"):
        small(env={"PULUMI_BACKEND_URL": ""}).preview(change(), lambda _: None)


def test_a_missing_command_line_is_named_as_such(small: SmallEngine, tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="doctor"):
        small(pulumi_path=tmp_path / "none").preview(change(), lambda _: None)


def test_a_program_that_raises_is_told_without_a_traceback(
    small: SmallEngine, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("no such number")

    with pytest.raises(OperationFailed) as caught:
        small(broken).up(change(), heard)
    assert caught.value.diagnostics == ("The stack program failed: no such number",)
    assert "Traceback" not in "".join(heard.texts()) + caught.value.sentence()
    assert "Traceback" in caplog.text
    progress = fold(Progress(), heard.events)
    assert [d.text for d in progress.errors] == list(caught.value.diagnostics)


def test_a_configuration_sentence_of_the_program_names_the_key(small: SmallEngine) -> None:
    def picky() -> None:
        raise pulumi.RunError('philotes:environment is "moon", allowed are dev, staging')

    with pytest.raises(SettingsError, match="philotes:environment is"):
        small(picky).preview(change(), lambda _: None)


def test_a_broken_stack_file_is_named_with_its_line_and_left_alone(
    small: SmallEngine, heard: Heard
) -> None:
    engine = small()
    engine.up(change(), lambda _: None)
    path = stack_path(small.project, "dev")
    broken = path.read_text() + "a: [1,\n"
    path.write_text(broken)
    with pytest.raises(SettingsError) as caught:
        engine.up(change("0.2.0"), heard)
    assert caught.value.on.startswith(str(path))
    assert path.read_text() == broken
    assert ended(heard).result is Result.FAILED


@pytest.mark.parametrize("fault", ["broken", "unwritable"])
def test_a_deploy_whose_configuration_cannot_be_saved_has_succeeded_with_a_warning(
    small: SmallEngine, heard: Heard, fault: str
) -> None:
    path = stack_path(small.project, "dev")

    def edited_meanwhile() -> None:
        small_program()
        if fault == "broken":
            path.write_text("config: [1,\n")
        else:
            path.unlink()
            path.symlink_to("/proc/nowhere/file")

    assert small(edited_meanwhile).up(change("0.2.0"), heard).result is Result.SUCCEEDED
    (warning,) = [e for e in heard.events if isinstance(e, Diagnostic)]
    assert warning.severity is Severity.WARNING
    assert f"could not be saved to {path}" in warning.text
    assert "deploy the same version again" in warning.text
    assert small().stacks()[0].deployed == "0.2.0"


def test_what_a_killed_program_left_is_removed_by_the_next_operation(small: SmallEngine) -> None:
    left = small.project / ".running" / "left"
    left.mkdir(parents=True)
    (left / "Pulumi.dev.yaml").write_text("config: {}\n")
    seen: list[int] = []

    def looks() -> None:
        seen.extend(
            stat.S_IMODE(p.stat().st_mode) for p in left.parent.iterdir() if p.name != "lock"
        )

    small(looks).preview(change(), lambda _: None)
    assert seen == [0o700]
    assert [path.name for path in left.parent.iterdir()] == ["lock"]


def test_after_a_fault_the_same_engine_works_again(small: SmallEngine) -> None:
    failing = [True]

    def sometimes() -> None:
        if failing:
            raise RuntimeError("the first time")
        small_program()

    engine = small(sometimes)
    with pytest.raises(OperationFailed):
        engine.up(change(), lambda _: None)
    failing.clear()
    assert engine.up(change(), lambda _: None).result is Result.SUCCEEDED


def test_a_deploy_that_fails_does_not_change_the_stack_s_configuration(small: SmallEngine) -> None:
    failing: list[bool] = []

    def sometimes() -> None:
        if failing:
            raise RuntimeError("now")
        small_program()

    engine = small(sometimes)
    engine.up(change("0.1.0"), lambda _: None)
    before = stack_path(small.project, "dev").read_text()
    failing.append(True)
    with pytest.raises(OperationFailed):
        engine.up(change("0.2.0"), lambda _: None)
    assert stack_path(small.project, "dev").read_text() == before


def test_a_killed_process_leaves_no_lock_behind(small: SmallEngine, tmp_path: Path) -> None:
    """The command line goes on without its parent, ends the operation and unlocks."""
    small().up(change(), lambda _: None)
    child = subprocess.Popen(
        [sys.executable, "-c", _DEPLOYS_FOR_EVER, *map(str, (small.folder, small.tool.path))],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    with child.stdout as out:
        assert out.readline() == b"inside\n"
        (lock_file,) = (small.backend / ".pulumi" / "locks").rglob("*.json")
        holder = int(lock_file.read_text().partition('"pid":')[2].partition(",")[0])
        child.kill()
        child.wait()
    wait_for_exit(holder)
    assert not lock_file.exists()
    assert small().up(change("0.2.0"), lambda _: None).result is Result.SUCCEEDED


def wait_for_exit(pid: int) -> None:
    """Wait until a process that is no child of ours has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        readable, _, _ = select.select([descriptor], [], [], 30)
        assert readable, f"process {pid} still runs"
    finally:
        os.close(descriptor)


_DEPLOYS_FOR_EVER = """
import sys, threading
from pathlib import Path
from philotes_tui.toolchain import FoundTool
from tests.engine.conftest import SmallEngine, Thing, change
def program():
    Thing("two", {})
    print("inside", file=sys.__stdout__, flush=True)
    threading.Event().wait()
class Tool:
    path, version = Path(sys.argv[2]), "3.259.0"
SmallEngine(Path(sys.argv[1]), Tool())(program).up(change(), lambda _: None)
"""


def test_grpc_says_nothing_on_the_terminal(
    small: SmallEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    small().up(change(), lambda _: None)
    assert capfd.readouterr() == ("", "")


def test_diagnostics_of_the_program_s_log_are_told_but_debug_ones_are_not(
    small: SmallEngine, heard: Heard
) -> None:
    def logs() -> None:
        pulumi.log.info("for people")
        pulumi.log.debug("for nobody")

    small(logs).preview(change(), heard)
    said = [e.text for e in heard.events if isinstance(e, Diagnostic | LogLine)]
    assert said == ["for people"]


def test_an_engine_is_an_engine(small: SmallEngine) -> None:
    engine: Engine = small()
    assert isinstance(engine, PulumiEngine)
