"""Operations of the engine with the real command line and a small program."""

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pulumi
import pytest

from philotes_tui.engine import (
    Change,
    ChangeKind,
    Event,
    Kind,
    LogLine,
    Op,
    OperationEnded,
    OperationStarted,
    Result,
    StepStarted,
)
from philotes_tui.engine.file_backend import FileBackend
from philotes_tui.engine.recording import dump
from philotes_tui.engine.stack_file import StackFile
from philotes_tui.releases import LocalChart
from tests.engine.conftest import SECRET_VALUE, Heard, SmallEngine, Thing, change

pytestmark = pytest.mark.real


def test_a_preview_tells_what_would_be_created_and_changes_no_configuration(
    small: SmallEngine, heard: Heard
) -> None:
    engine = small()
    progress = engine.preview(change("0.3.0"), heard)
    assert isinstance(heard.events[0], OperationStarted)
    assert isinstance(heard.events[-1], OperationEnded)
    assert progress.counts == {Op.CREATE: 2}
    assert progress.outputs["version"] == "0.3.0"
    assert StackFile.read(small.project, "dev").settings.chart_version == "0.1.0"
    assert engine.stacks()[0].resources == 0


def test_an_up_of_a_stack_that_exists_starts_the_command_line_once(small: SmallEngine) -> None:
    engine = small()
    engine.preview(change(), lambda _: None)
    before = engine.cli_starts
    progress = engine.up(change(), lambda _: None)
    assert engine.cli_starts - before == 1
    assert progress.result is Result.SUCCEEDED
    assert progress.outputs == {"version": "0.1.0", "source": "registry", "password": "[secret]"}


def test_a_first_up_creates_the_stack_and_saves_its_configuration(small: SmallEngine) -> None:
    engine = small()
    engine.up(change("0.2.0-rc.1+build.7"), lambda _: None)
    assert engine.cli_starts == 2
    file = StackFile.read(small.project, "dev")
    assert file.settings.chart_version == "0.2.0-rc.1+build.7"
    assert "encryptionsalt: v1:" in file.text


def test_the_context_that_was_shown_is_used_and_kept_where_the_file_names_none(
    small: SmallEngine,
) -> None:
    seen: list[str | None] = []

    def reads() -> None:
        seen.append(pulumi.Config("philotes").get("kubeContext"))

    engine = small(reads)
    engine.preview(replace(change(), context="eu"), lambda _: None)
    assert StackFile.read(small.project, "dev").settings.kube_context == ""
    engine.up(replace(change(), context="eu"), lambda _: None)
    assert StackFile.read(small.project, "dev").settings.kube_context == "eu"
    engine.preview(replace(change(), context="us"), lambda _: None)
    assert seen == ["eu", "eu", "eu"]


def test_an_update_tells_the_property_that_changes(small: SmallEngine, heard: Heard) -> None:
    engine = small()
    engine.up(change("0.1.0"), lambda _: None)
    progress = engine.preview(change("0.2.0"), heard)
    (touched,) = progress.changed
    (property_change,) = touched.step.changes
    assert (property_change.path, property_change.kind) == ("version", ChangeKind.UPDATE)
    assert (property_change.before, property_change.after) == ("0.1.0", "0.2.0")


def test_a_secret_stands_in_no_event_and_in_no_file(small: SmallEngine, heard: Heard) -> None:
    engine = small()
    engine.preview(change(), heard)
    engine.up(change(), heard)
    engine.up(change("0.2.0"), heard)
    engine.destroy("dev", heard)
    told = "\n".join(dump(heard.events))
    assert "[secret]" in told
    assert SECRET_VALUE not in told
    for path in small.folder.rglob("*"):
        if path.is_file():
            assert SECRET_VALUE.encode() not in path.read_bytes(), path


def test_what_the_program_prints_becomes_a_line_of_the_log_and_nothing_else(
    small: SmallEngine, heard: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    def talkative() -> None:
        sys.stdout.write("from the program\x1b[2J at https://ada:pass@example.test\n")
        Thing("one", {})

    small(talkative).preview(change(), heard)
    texts = [e.text for e in heard.events if isinstance(e, LogLine)]
    assert texts == ["from the program at https://[secret]@example.test"]
    assert capsys.readouterr() == ("", "")


def test_a_sink_may_print_without_hearing_itself(
    small: SmallEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    def talkative() -> None:
        sys.stdout.write("once\n")

    def say(event: Event) -> None:
        sys.stdout.write(f"{type(event).__name__}\n")

    small(talkative).preview(change(), say)
    assert capsys.readouterr().out.split().count("LogLine") == 1


def test_a_sink_that_raises_does_not_disturb_the_operation(
    small: SmallEngine, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: object) -> None:
        raise RuntimeError("no ear for this")

    assert small().up(change(), broken).result is Result.SUCCEEDED
    assert "the sink raised on StepDone" in caplog.text


def test_stacks_show_what_is_deployed_without_starting_the_command_line(
    small: SmallEngine,
) -> None:
    engine = small()
    engine.up(change("0.2.0"), lambda _: None)
    starts = engine.cli_starts
    dev, prod = engine.stacks()
    assert (dev.name, dev.deployed, dev.resources, dev.updating) == ("dev", "0.2.0", 2, False)
    assert dev.updated is not None
    assert (prod.name, prod.deployed, prod.resources, prod.updated) == ("prod", "", 0, None)
    assert engine.outputs("dev")["password"] == "[secret]"
    assert engine.cli_starts == starts


def test_the_history_is_newest_first_with_the_versions(small: SmallEngine) -> None:
    engine = small()
    assert engine.history("dev") == ()
    for version in ("0.1.0", "0.2.0"):
        engine.up(change(version), lambda _: None)
    newest, oldest = engine.history("dev")
    assert (newest.version, oldest.version) == ("0.2.0", "0.1.0")
    assert (newest.kind, newest.result) == ("update", "succeeded")
    assert newest.started >= oldest.started
    assert [u.version for u in engine.history("dev", 1)] == ["0.2.0"]


def begun(heard: Heard, op: Op) -> int:
    """How many steps of this kind there were; the program's run adds steps of other kinds."""
    return sum(isinstance(e, StepStarted) and e.step.op is op for e in heard.events)


def test_destroy_leaves_the_stack_and_its_history(small: SmallEngine, heard: Heard) -> None:
    engine = small()
    engine.up(change(), lambda _: None)
    progress = engine.destroy("dev", heard)
    assert progress.kind is Kind.DESTROY
    assert begun(heard, Op.DELETE) == 2
    assert engine.stacks()[0].resources == 0
    assert len(engine.history("dev")) == 2


def test_refresh_reads_every_resource(small: SmallEngine, heard: Heard) -> None:
    engine = small()
    engine.up(change(), lambda _: None)
    assert engine.refresh("dev", heard).result is Result.SUCCEEDED
    assert begun(heard, Op.REFRESH) == 2


def test_the_passphrase_is_made_once_with_mode_0600_and_stands_in_no_argument(
    small: SmallEngine, tmp_path: Path
) -> None:
    arguments = tmp_path / "arguments"
    spy = tmp_path / "pulumi"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {arguments}\nexec {small.tool.path} "$@"\n')
    spy.chmod(0o755)
    small(pulumi_path=spy).up(change(), lambda _: None)
    file = small.folder / "passphrase"
    first = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first not in arguments.read_text()
    small().up(change("0.2.0"), lambda _: None)
    assert file.read_text() == first


def test_a_project_that_is_there_is_used_as_it_is(small: SmallEngine) -> None:
    small.project.mkdir()
    text = "name: mine\nruntime: python\nbackend:\n  url: file:///nowhere\n"
    (small.project / "Pulumi.yaml").write_text(text)
    small().up(change(), lambda _: None)
    assert (small.project / "Pulumi.yaml").read_text() == text
    assert (small.backend / ".pulumi" / "stacks" / "mine" / "dev.json").exists()


def test_an_encrypted_value_in_the_stack_file_reaches_the_program(
    small: SmallEngine, heard: Heard
) -> None:
    engine = small()
    engine.preview(change(), lambda _: None)
    seen: list[str] = []

    def reads() -> None:
        seen.append(pulumi.Config("philotes").require("token"))

    engine._command.run(
        ["config", "set", "--secret", "philotes:token", "--stack=dev", SECRET_VALUE],
        str(small.project),
        {"PULUMI_CONFIG_PASSPHRASE_FILE": str(small.folder / "passphrase")},
    )
    small(reads).preview(change(), heard)
    assert seen == [SECRET_VALUE]
    assert SECRET_VALUE not in json.dumps(list(dump(heard.events)))


def test_the_checkout_s_own_project_takes_the_configuration(small: SmallEngine) -> None:
    """Its `Pulumi.yaml` gives every key a type, and the command line checks them."""
    small.project.mkdir()
    project = Path(__file__).parents[2] / "stack" / "Pulumi.yaml"
    (small.project / "Pulumi.yaml").write_text(project.read_text())
    engine = small()
    assert engine.up(change("0.2.0"), lambda _: None).outputs["version"] == "0.2.0"
    local = Change("dev", LocalChart(project.parent.parent / "charts"))
    assert engine.up(local, lambda _: None).outputs["source"] == "local"
    assert engine.stacks()[0].deployed == "local charts"


def test_the_program_is_told_where_its_project_is(small: SmallEngine) -> None:
    """Relative paths of the configuration refer to that folder."""

    def program() -> None:
        pulumi.export("root", pulumi.get_root_directory())

    progress = small(program).preview(change(), lambda _: None)
    assert progress.outputs == {"root": str(small.project)}


def test_a_backend_without_files_is_asked_through_the_command_line(
    small: SmallEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileBackend, "readable", False)
    engine = small()
    engine.up(change("0.2.0"), lambda _: None)
    assert engine.cli_starts == 3  # up, which finds no stack, init, up
    dev, prod = engine.stacks()
    assert (dev.deployed, dev.resources, prod.resources) == ("0.2.0", 2, 0)
    assert dev.outputs == {"version": "0.2.0", "source": "registry", "password": "[secret]"}
    assert dev.updated is not None
    assert engine.outputs("prod") == {}
    assert engine.history("prod") == ()
    assert engine.history("dev")[0].version == "0.2.0"
