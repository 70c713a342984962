"""Completion in real shells: commands, versions that were seen, stacks, channels; no network."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.charts import shell_for
from tests.commands.shell import Shell
from tests.registry.conftest import OwnRegistry
from tests.signing.stored import Stored

pytestmark = pytest.mark.real

_ASK = """
source <(philotes-tui completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_philotes_tui_completion philotes-tui
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(shell: Shell, *words: str, **env: str) -> list[str]:
    """Return what bash offers for the last of the words."""
    programs = shell.folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "philotes-tui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m philotes_tui "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", _ASK, "bash", "philotes-tui", *words],
        env={
            **shell.environment,
            "PATH": f"{programs}:/usr/bin:/bin",
            "PHILOTES_TUI_SETTINGS": str(shell.settings),
            **env,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_are_offered_with_all_that_there_are(reader: Shell) -> None:
    assert offered(reader, "ver") == ["versions", "verify"]
    everything = offered(reader, "")
    assert {"show", "diff", "login", "logout", "deploy", "completion"} <= set(everything)


def test_versions_are_offered_once_they_were_seen_and_nobody_is_asked(reader: Shell) -> None:
    assert offered(reader, "show", "0") == []
    assert reader.run("versions").code == 0
    proxy = {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}
    assert offered(reader, "show", "0.2", **proxy) == ["0.2.1+build.5", "0.2.0"]
    for command in ("show", "verify", "preview", "deploy"):
        assert offered(reader, command, "0.1") == ["0.1.0"]
    assert offered(reader, "diff", "0.1.0", "0.3") == ["0.3.0-rc.1"]
    assert offered(reader, "show", "la") == ["latest"]
    assert offered(reader, "deploy", "la") == []


def test_tags_that_helm_takes_for_versions_are_offered_after_the_versions(
    chart_registry: OwnRegistry, tmp_path: Path
) -> None:
    folder = "completed"
    copied = Stored(chart_registry.host, f"{folder}/philotes")
    charts = Stored(chart_registry.host, "charts/philotes")
    for tag in ("0.1.0", "0.1", "v0.2.0", "edge"):
        charts.copy("0.1.0", copied, tag)
    reader = shell_for(f"oci://{chart_registry.host}/{folder}", tmp_path)
    assert reader.run("versions").code == 0
    for command in ("show", "deploy"):
        assert offered(reader, command, "0") == ["0.1.0", "0.1"]
        assert offered(reader, command, "v") == ["v0.2.0"]


def test_fish_is_offered_the_same(reader: Shell) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("there is no fish on PATH")
    assert reader.run("versions").code == 0
    offered(reader, "")  # puts the program on PATH
    done = subprocess.run(
        [
            *(fish, "--no-config", "-c"),
            "philotes-tui completion fish | source; complete -C 'philotes-tui show 0.2'",
        ],
        env={
            **reader.environment,
            "PATH": f"{reader.folder / 'bin'}:/usr/bin:/bin",
            "PHILOTES_TUI_SETTINGS": str(reader.settings),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    words = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert sorted(words) == ["0.2.0", "0.2.1+build.5"]


def test_what_was_seen_of_another_registry_is_not_offered(reader: Shell) -> None:
    assert reader.run("versions").code == 0
    elsewhere = ("--registry", "oci://127.0.0.1:1/charts", "show", "0")
    assert offered(reader, *elsewhere) == []


def test_stacks_are_those_of_the_settings(reader: Shell) -> None:
    reader.set(stacks=["east", "west"])
    assert offered(reader, "--stack", "") == ["east", "west"]
    for command in ("versions", "deploy", "login"):
        assert offered(reader, command, "--stack", "w") == ["west"]


def test_channels_and_parts_are_offered(reader: Shell) -> None:
    assert reader.run("versions").code == 0
    assert offered(reader, "versions", "--channel", "") == ["rc", "stable", "all"]
    assert offered(reader, "show", "0.2.0", "re") == ["readme"]


@pytest.mark.parametrize("text", ["stacks = [", "unknown = 1\n"])
def test_a_broken_settings_file_offers_nothing_and_says_nothing(reader: Shell, text: str) -> None:
    reader.settings.write_text(text)
    assert offered(reader, "show", "0") == []
    assert offered(reader, "--stack", "") == []


def test_a_damaged_cache_offers_nothing(reader: Shell) -> None:
    assert reader.run("versions").code == 0
    seen = Path(reader.environment["PHILOTES_TUI_CACHE"], "registry", "tags")
    for entry in seen.glob("[0-9a-f]*"):
        entry.write_bytes(b"\x00")
    assert offered(reader, "show", "0") == []


@pytest.mark.parametrize("asked", ["bash_complete", "moon_complete", "nonsense"])
def test_a_question_that_cannot_be_read_is_not_answered(reader: Shell, asked: str) -> None:
    ended = reader.run("versions", _PHILOTES_TUI_COMPLETE=asked, COMP_WORDS="x", COMP_CWORD="moon")
    assert (ended.code, ended.out, ended.err) == (1, "", "")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_reads(reader: Shell, name: str) -> None:
    ended = reader.run("completion", name)
    assert ended.code == 0
    assert "_PHILOTES_TUI_COMPLETE" in ended.out
    program = shutil.which(name)
    if program is not None:
        script = tmp = reader.folder / f"script.{name}"
        tmp.write_text(ended.out)
        done = subprocess.run([program, "-n", script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_completing_imports_neither_http_nor_the_engine(tmp_path: Path) -> None:
    shell = shell_for("oci://127.0.0.1:1/charts", tmp_path)
    code = (
        "import sys; from philotes_tui.cli.main import run; run([]);"
        "print(*{m.split('.')[0] for m in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **shell.environment,
            "_PHILOTES_TUI_COMPLETE": "bash_complete",
            "COMP_WORDS": "philotes-tui deploy 0",
            "COMP_CWORD": "2",
            "PHILOTES_TUI_SETTINGS": str(shell.settings),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    imported = set(done.stderr.split())
    assert "click" in imported
    assert not imported & {"pulumi", "textual", "httpx", "ruamel", "yaml"}
