"""What is printed where: one JSON document on standard output, sentences on standard error."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands.shell import Ended, Shell, environment_for

COMMANDS = (
    *("versions", "show", "diff", "verify", "preview", "deploy", "stacks", "doctor"),
    *("login", "logout", "completion", "demo"),
)


@pytest.fixture
def plain(tmp_path: Path) -> Shell:
    """A shell with an empty settings file, no registry, no cluster, no tools."""
    environment = environment_for(tmp_path, {"PATH": "/usr/bin:/bin"})
    environment["PHILOTES_TUI_CACHE"] = str(tmp_path / "cache")
    shell = Shell(None, tmp_path, environment, "none")  # type: ignore[arg-type]  # no demo
    shell.set(state_dir=str(shell.state), registry="oci://127.0.0.1:1/charts")
    return shell


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_printed_without_settings_or_tools(plain: Shell, command: str) -> None:
    plain.settings.unlink()
    ended = plain.run(command, "--help")
    assert ended.code == 0
    assert f"philotes-tui {command}" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_usage_is_a_sentence_and_json_on_request(plain: Shell, command: str) -> None:
    ended = plain.run(command, "--bogus")
    assert (ended.code, ended.out) == (2, "")
    assert "No such option '--bogus'" in ended.err
    ended = plain.run(command, "--bogus", "--json")
    assert ended.code == 2
    assert ended.json["error"]["kind"] == "usage"
    assert ended.json["error"]["exit_code"] == 2


@pytest.mark.parametrize("arguments", [("preview",), ("deploy", "0.1.0", "--local", "--yes")])
def test_exactly_one_of_version_and_local_is_wanted(
    plain: Shell, arguments: tuple[str, ...]
) -> None:
    ended = plain.run(*arguments)
    assert ended.code == 2
    assert "VERSION" in ended.err or "Either a version or --local" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [("versions",), ("preview", "0.1.0"), ("deploy", "0.1.0", "--yes"), ("stacks",)],
)
def test_an_error_is_one_json_document_of_the_documented_shape(
    plain: Shell, arguments: tuple[str, ...]
) -> None:
    ended = plain.run(*arguments, "--json")
    assert set(ended.json) == {"error"}
    assert set(ended.json["error"]) == {"kind", "what", "on", "said", "todo", "exit_code"}
    assert ended.json["error"]["exit_code"] == ended.code != 0
    assert f"error: {ended.json['error']['what']}" in ended.err


def test_the_version_is_printed_without_any_settings(plain: Shell) -> None:
    plain.settings.unlink()
    ended = plain.run("--version")
    assert ended.code == 0
    assert ended.out.startswith("philotes-tui ")


def test_the_log_file_of_an_error_is_named_and_private_and_holds_it(plain: Shell) -> None:
    ended = plain.run("versions")
    log = plain.state / "philotes-tui.log"
    assert f"log:  {log}" in ended.err
    assert log.stat().st_mode & 0o077 == 0
    assert "Nothing listens at 127.0.0.1:1" in plain.log


def test_a_full_disk_behind_standard_output_is_told(plain: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            plain.command("versions", "--help"), stdout=full, stderr=subprocess.PIPE,
            env=plain.environment, text=True, check=False,
        )  # fmt: skip
    Ended(done.returncode, "", done.stderr).told(11, "standard output", "No space left on device")


def test_json_is_utf_8_and_sentences_survive_whatever_the_locale_is(plain: Shell) -> None:
    done = subprocess.run(
        plain.command("stacks", "--json"), capture_output=True, check=False,
        env={**plain.environment, "PYTHONIOENCODING": "ascii", "PHILOTES_TUI_STACK": "ÿ—"},
    )  # fmt: skip
    assert done.returncode == 3
    assert "ÿ—" in json.loads(done.stdout.decode("utf-8"))["error"]["what"]
    assert b"Traceback" not in done.stderr


def test_a_listing_ends_quietly_when_its_reader_leaves(plain: Shell) -> None:
    with subprocess.Popen(
        plain.command("--help"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=plain.environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


@pytest.mark.real
def test_every_listing_is_one_json_document_as_documented(shell: Shell) -> None:
    versions = shell.run("versions", "--deployed", "--json")
    assert versions.err == ""
    assert versions.json["registry"] == shell.demo.registry
    # Keys are added over time, never renamed or removed (docs/json.md).
    assert {"version", "tag", "prerelease", "deployed"} <= set(versions.json["versions"][0])
    stacks = shell.run("stacks", "--json").json["stacks"]
    assert [stack["name"] for stack in stacks] == ["dev", "staging", "prod"]
    assert {
        "name", "environment", "context", "namespace", "registry", "deployed",
        "unfinished", "resources", "updated", "updating",
    } <= set(stacks[0])  # fmt: skip
    doctor = shell.run("doctor", "--json")
    assert (doctor.code, doctor.json["ok"]) == (0, True)
    assert {c["group"] for c in doctor.json["checks"]} == {
        "tool", "registry", "backend", "cluster"
    }  # fmt: skip
    preview = shell.run("preview", "0.2.0", "--json").json
    assert {
        "kind", "stack", "environment", "context", "source", "result", "seconds", "counts",
        "resources", "diagnostics", "outputs", "error",
    } <= set(preview)  # fmt: skip
    assert (preview["kind"], preview["source"], preview["result"]) == (
        "preview", "0.2.0", "succeeded"
    )  # fmt: skip
    assert preview["error"] is None
