"""A listing that is asked for again within moments, and when it is not given again."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from philotes_tui.cli.recent import FRESH_FOR, RecentAnswers, states
from tests.commands.charts import ROOT, shell_for
from tests.registry.conftest import OwnRegistry, running_registry

ASKED = ("--registry", "oci://host/charts", "versions", "--json")
AT = 1_000_000.0
PATHS = os.pathsep.join((os.fspath(ROOT), os.fspath(ROOT / "stack")))


@pytest.fixture
def registry(registry_programs: dict[str, Path], tmp_path: Path) -> Iterator[OwnRegistry]:
    store = tmp_path / "registry"
    store.mkdir()
    with running_registry(store, registry_programs) as running:
        running.push("1.0.0")
        yield running


def as_of_now(folder: Path) -> None:
    """Make all that is kept as young as it can be, however long it took to get here."""
    now = time.time()
    (cache,) = folder.rglob("answers")
    for entry in cache.glob("[!.]*"):
        head, _, body = entry.read_bytes().partition(b"\n")
        told = {**json.loads(head), "at": now}
        entry.write_bytes(json.dumps(told).encode() + b"\n" + body)
        Path(told["listed"]).write_text(repr(now))


@pytest.mark.real
@pytest.mark.parametrize("options", [(), ("--json",), ("--channel", "stable", "--all")])
def test_the_same_question_has_the_same_answer_and_its_age(
    registry: OwnRegistry, tmp_path: Path, options: tuple[str, ...]
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    first = shell.run("versions", *options)
    assert (first.code, first.err) == (0, "")
    registry.push("1.1.0")
    as_of_now(tmp_path)
    again = shell.run("versions", *options)
    assert again.out == first.out.replace('"cached": false', '"cached": true')
    assert "--fresh asks the registry again" in again.err
    fresh = shell.run("versions", *options, "--fresh")
    assert "1.1.0" in fresh.out
    assert "new: 1.1.0" in fresh.err
    assert "1.1.0" in shell.run("versions", *options).out


@pytest.mark.real
@pytest.mark.parametrize(
    "other", [("versions", "--details"), ("show", "latest"), ("versions", "--limit", "5")]
)
def test_nothing_is_older_than_what_was_seen_since(
    registry: OwnRegistry, tmp_path: Path, other: tuple[str, ...]
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    shell.run("versions")
    registry.push("1.1.0")
    as_of_now(tmp_path)
    assert "1.1.0" in shell.run(*other).out
    assert "1.1.0" in shell.run("versions").out


@pytest.mark.real
def test_on_a_terminal_the_age_stands_below_a_long_list(
    registry: OwnRegistry, tmp_path: Path
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    for expected in ("1.0.0", "1.0.0"):
        with shell.terminal("versions") as terminal:
            assert terminal.wait_for_exit() == 0
            said = terminal.text
        assert expected in said
        as_of_now(tmp_path)
    assert said.index("1.0.0") < said.index("--fresh asks the registry again")


@pytest.mark.real
def test_a_home_of_nobody_in_the_name_of_the_cache_is_a_name(
    registry: OwnRegistry, tmp_path: Path
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    for _ in range(2):
        done = subprocess.run(
            shell.command("versions"),
            cwd=tmp_path,
            env={**shell.environment, "PHILOTES_TUI_CACHE": "~no-such-user/c", "PYTHONPATH": PATHS},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "~no-such-user" / "c" / "registry").is_dir()


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
    as_of_now(tmp_path)
    assert shell.run("versions", "--json").json["cached"] is True
    file.write_text(named.format(f"oci://{registry.host}/elsewhere"))
    shell.run("versions", "--json").told(5, "elsewhere")


@pytest.mark.real
def test_a_full_disk_is_told_of_an_answer_given_again_too(
    registry: OwnRegistry, tmp_path: Path
) -> None:
    shell = shell_for(registry.charts, tmp_path)
    shell.run("versions", "--json")
    as_of_now(tmp_path)
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
    assert shell.run("versions", "--json").json["cached"] is True


@pytest.fixture
def answers(tmp_path: Path) -> RecentAnswers:
    return RecentAnswers(tmp_path, started=time.time_ns() + 3_600 * 10**9)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "listed.at"
    file.write_text(repr(AT))
    return file


Keep: TypeAlias = Callable[..., None]


@pytest.fixture
def keep(answers: RecentAnswers, listed: Path) -> Keep:
    def keep(*read: Path, body: bytes = b"body\n") -> None:
        warned = ["registry warns: old"]
        kept = states(read)
        answers.keep(ASKED, body, at=AT, listed=listed, notices=warned, read=kept)

    return keep


def test_an_answer_comes_with_its_age_and_what_was_said_beside_it(
    answers: RecentAnswers, keep: Keep
) -> None:
    keep()
    said, body = answers.recall(ASKED, AT + 12.5) or ("", b"")
    assert body == b"body\n"
    assert said == "registry warns: old\nAs seen 12 s ago; --fresh asks the registry again.\n"


@pytest.mark.parametrize("age", [FRESH_FOR, 3_600, -1])
def test_an_old_answer_and_one_of_the_future_are_left(
    answers: RecentAnswers, keep: Keep, age: float
) -> None:
    keep()
    assert answers.recall(ASKED, AT + age) is None


def test_what_decides_the_question_is_part_of_it(
    answers: RecentAnswers, keep: Keep, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep()
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
    answers: RecentAnswers, keep: Keep, tmp_path: Path, change: str
) -> None:
    file = tmp_path / "settings.toml"
    if change != "made":
        file.write_text("stack = 'dev'\n")
    keep(file)
    assert answers.recall(ASKED, AT) is not None
    if change == "removed":
        file.unlink()
    else:
        file.write_text("stack = 'prod'\n")
    assert answers.recall(ASKED, AT) is None


def test_what_was_read_from_a_file_that_changes_meanwhile_is_not_kept(
    tmp_path: Path, listed: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("stack = 'dev'\n")
    changed = file.stat().st_ctime_ns
    for started, kept in ((changed, False), (changed + 1, True)):
        answers = RecentAnswers(tmp_path, started)
        answers.keep(ASKED, b"", at=AT, listed=listed, notices=[], read=states([file]))
        assert (answers.recall(ASKED, AT) is not None) is kept


@pytest.mark.parametrize("moment", [repr(AT + 1), "", None])
def test_a_later_listing_makes_the_answer_an_old_one(
    answers: RecentAnswers, keep: Keep, listed: Path, moment: str | None
) -> None:
    keep()
    assert answers.recall(ASKED, AT) is not None
    if moment is None:
        listed.unlink()
    else:
        listed.write_text(moment)
    assert answers.recall(ASKED, AT) is None


def test_to_ask_anew_is_no_other_question(answers: RecentAnswers, keep: Keep) -> None:
    keep()
    assert answers.recall([*ASKED, "--fresh"], AT) is not None


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


def test_a_damaged_answer_is_none(answers: RecentAnswers, keep: Keep, tmp_path: Path) -> None:
    keep()
    (entry,) = (path for path in (tmp_path / "answers").iterdir() if path.name[0] != ".")
    for damage, content in damages(entry.read_bytes()).items():
        entry.write_bytes(content)
        assert answers.recall(ASKED, AT) is None, damage
