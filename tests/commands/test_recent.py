"""A listing that is asked for again within moments, and when it is not given again."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from philotes_tui.cli.recent import FRESH_FOR, RecentAnswers
from tests.commands.charts import shell_for
from tests.registry.conftest import OwnRegistry, running_registry

ASKED = ("--registry", "oci://host/charts", "versions", "--json")
AT = 1_000_000.0


@pytest.fixture
def registry(registry_programs: dict[str, Path], tmp_path: Path) -> Iterator[OwnRegistry]:
    store = tmp_path / "registry"
    store.mkdir()
    with running_registry(store, registry_programs) as running:
        running.push("1.0.0")
        yield running


@pytest.mark.real
@pytest.mark.parametrize("options", [(), ("--json",), ("--channel", "stable", "--all")])
def test_the_same_question_has_the_same_answer_and_its_age(
    registry: OwnRegistry, tmp_path: Path, options: tuple[str, ...]
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    first = shell.run("versions", *options)
    assert (first.code, first.err) == (0, "")
    registry.push("1.1.0")
    again = shell.run("versions", *options)
    assert again.out == first.out.replace('"cached": false', '"cached": true')
    assert "--fresh asks the registry again" in again.err
    fresh = shell.run("versions", *options, "--fresh")
    assert "1.1.0" in fresh.out
    assert "new: 1.1.0" in fresh.err


@pytest.mark.real
def test_another_question_is_asked(registry: OwnRegistry, tmp_path: Path) -> None:
    shell = shell_for(registry.charts, tmp_path)
    shell.run("versions", "--json")
    registry.push("1.1.0")
    other = replace(shell, environment={**shell.environment, "PHILOTES_TUI_STACK": "staging"})
    for asked in (
        shell.run("versions", "--json", "--limit", "9"),
        other.run("versions", "--json"),
        shell.run("versions", "--json", "--details"),
    ):
        assert asked.json["cached"] is False
        assert [each["version"] for each in asked.json["versions"]] == ["1.1.0", "1.0.0"]


@pytest.mark.real
def test_a_stack_file_that_changed_is_heeded(registry: OwnRegistry, tmp_path: Path) -> None:
    shell = shell_for("", tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    file = project / "Pulumi.dev.yaml"
    named = "config:\n  philotes:chartRegistry: {}\n  philotes:chartRegistryPlainHttp: true\n"
    environment = {
        key: value for key, value in shell.environment.items() if key != "PHILOTES_TUI_REGISTRY"
    }
    shell = replace(
        shell, environment={**environment, "PHILOTES_TUI_PROJECT_DIR": os.fspath(project)}
    )
    file.write_text(named.format(registry.charts))
    assert shell.run("versions", "--json").json["registry"] == registry.charts
    assert shell.run("versions", "--json").json["cached"] is True
    file.write_text(named.format(f"oci://{registry.host}/elsewhere"))
    shell.run("versions", "--json").told(5, "elsewhere")


@pytest.mark.real
def test_a_full_disk_is_told_of_an_answer_given_again_too(
    registry: OwnRegistry, tmp_path: Path
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    shell.run("versions", "--json")
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            shell.command("versions", "--json"),
            env=shell.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 11, done.stderr
    assert "standard output" in done.stderr


@pytest.fixture
def answers(tmp_path: Path) -> RecentAnswers:
    return RecentAnswers(tmp_path)


def keep(answers: RecentAnswers, body: bytes = b"body\n", *read: Path) -> None:
    answers.keep(ASKED, body, at=AT, notices=["registry warns: old"], read=read)


def test_an_answer_comes_with_its_age_and_what_was_said_beside_it(answers: RecentAnswers) -> None:
    keep(answers)
    said, body = answers.recall(ASKED, AT + 12.5) or ("", b"")
    assert body == b"body\n"
    assert said == "registry warns: old\nAs seen 12 s ago; --fresh asks the registry again.\n"


@pytest.mark.parametrize("age", [FRESH_FOR, 3_600, -1])
def test_an_old_answer_and_one_of_the_future_are_left(answers: RecentAnswers, age: float) -> None:
    keep(answers)
    assert answers.recall(ASKED, AT + age) is None


def test_what_decides_the_question_is_part_of_it(
    answers: RecentAnswers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(answers)
    assert answers.recall([*ASKED, "--all"], AT) is None
    monkeypatch.setenv("SHLVL", "7")
    assert answers.recall(ASKED, AT) is not None
    monkeypatch.setenv("DOCKER_CONFIG", "/elsewhere")
    assert answers.recall(ASKED, AT) is None
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert answers.recall(ASKED, AT) is None


@pytest.mark.parametrize("change", ["made", "removed", "written"])
def test_a_file_that_changed_makes_the_question_another(
    answers: RecentAnswers, tmp_path: Path, change: str
) -> None:
    file = tmp_path / "settings.toml"
    if change != "made":
        file.write_text("stack = 'dev'\n")
    keep(answers, b"body\n", file)
    assert answers.recall(ASKED, AT) is not None
    if change == "removed":
        file.unlink()
    else:
        file.write_text("stack = 'prod'\n")
    assert answers.recall(ASKED, AT) is None


def damages(content: bytes) -> Mapping[str, bytes]:
    head, _, body = content.partition(b"\n")
    return {
        "empty": b"",
        "cut": content[:-1],
        "other bytes": content[:-2] + b"!\n",
        "no head": body,
        "head of another kind": b"[1]\n" + body,
        "deep": b"[" * 100_000 + b"\n" + body,
        "other format": json.dumps({**json.loads(head), "format": 99}).encode() + b"\n" + body,
        "time that is none": json.dumps({**json.loads(head), "at": "now"}).encode() + b"\n" + body,
        "files that are none": json.dumps({**json.loads(head), "read": [1]}).encode()
        + b"\n"
        + body,
    }


def test_a_damaged_answer_is_none(answers: RecentAnswers, tmp_path: Path) -> None:
    keep(answers)
    (entry,) = (path for path in (tmp_path / "answers").iterdir() if path.name[0] != ".")
    for damage, content in damages(entry.read_bytes()).items():
        entry.write_bytes(content)
        assert answers.recall(ASKED, AT) is None, damage
