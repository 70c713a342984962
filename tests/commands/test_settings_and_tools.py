"""Settings, stack files, the kubeconfig and the tools: what is wrong is named before any work."""

from pathlib import Path

import pytest

from philotes_tui.toolchain import FoundTool
from tests.commands.shell import Shell

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("stacks = [", 1, "not valid TOML"),
        ("demo = false\nstcks = []\n", 2, "“stcks” is not a setting"),
        ("\n\ndemo = 'maybe'\n", 3, "“demo” must be true or false"),
    ],
)
def test_a_broken_settings_file_is_named_with_line_and_key(
    shell: Shell, text: str, line: int, words: str
) -> None:
    shell.settings.write_text(text)
    ended = shell.run("versions", "--json")
    ended.told(3, words, f"{shell.settings}:{line}")
    assert ended.json["error"]["on"] == f"{shell.settings}:{line}"
    assert shell.run("versions", "--help").code == 0


@pytest.mark.parametrize(
    ("config", "line", "words"),
    [
        ("config:\n  a: [1,\n", 3, "not valid YAML"),
        ("config:\n  philotes:environment: moon\n", 2, "must be one of dev, staging, production"),
    ],
)
def test_a_broken_stack_file_is_named_with_line_and_key(
    shell: Shell, config: str, line: int, words: str
) -> None:
    path = shell.configure()
    path.write_text(config)
    for command in (("versions",), ("preview", "0.2.0"), ("deploy", "0.2.0", "--yes")):
        shell.run(*command).told(3, words, f"{path}:{line}")
    assert path.read_text() == config


def test_a_setting_only_the_program_refuses_is_named_with_its_key(shell: Shell) -> None:
    shell.configure(namespace="Not_A_Label")
    ended = shell.run("preview", "0.2.0", "--json")
    ended.told(3, "philotes:namespace is", "allowed are lowercase letters")
    assert ended.json["result"] == "failed"
    assert ended.json["error"]["kind"] == "settings"


def test_a_stack_that_is_not_configured_is_answered_with_those_that_are(shell: Shell) -> None:
    for command in (("versions",), ("preview", "0.2.0"), ("doctor",)):
        shell.run(*command, "--stack", "moon").told(3, "There is no stack “moon”", "dev, staging")


def test_without_a_kubeconfig_nothing_is_started_and_versions_are_still_listed(
    shell: Shell,
) -> None:
    shell.set(kubeconfig=str(shell.folder / "none"))
    shell.run("preview", "0.2.0").told(6, "no context", str(shell.folder / "none"))
    shell.run("deploy", "0.2.0", "--yes").told(6, "no context", "philotes:kubeContext")
    assert "0.2.0" in shell.run("versions").out


def test_a_context_that_is_not_there_is_answered_with_those_that_are(shell: Shell) -> None:
    shell.configure(kubeContext="elsewhere")
    ended = shell.run("deploy", "0.2.0", "--yes", "--json")
    ended.told(6, "no context “elsewhere”", f"Contexts there: {shell.demo.context}")
    assert ended.json["error"]["kind"] == "context-unknown"


def dead_cluster(shell: Shell) -> str:
    """Return a kubeconfig whose cluster nobody answers for."""
    config = shell.folder / "kubeconfig"
    text = shell.demo.kubeconfig.read_text()
    config.write_text(text.replace(shell.demo.api_server, "https://127.0.0.1:1"))
    return str(config)


def test_the_kubeconfig_of_the_settings_wins_over_the_environment_s(shell: Shell) -> None:
    shell.set(kubeconfig=dead_cluster(shell))
    ended = shell.run("deploy", "0.2.0", "--yes", KUBECONFIG=str(shell.demo.kubeconfig))
    ended.told(6, "127.0.0.1:1")
    assert shell.demo.cluster.api.get(f"/api/v1/namespaces/{shell.namespace}").status == 404


def test_a_cluster_that_is_down_is_named(shell: Shell) -> None:
    shell.set(kubeconfig=dead_cluster(shell))
    shell.run("preview", "0.2.0").told(6, "cluster did not answer", "connection refused")
    doctor = shell.run("doctor", "--json")
    assert doctor.code == 1
    (check,) = [c for c in doctor.json["checks"] if c["group"] == "cluster"]
    assert (check["ok"], check["found"]) == (False, "https://127.0.0.1:1")
    assert "refused" in check["detail"]


def only(shell: Shell, *programs: Path) -> str:
    """Return a PATH with these programs and the system's own."""
    folder = shell.folder / "bin"
    folder.mkdir()
    for program in programs:
        (folder / program.name).symlink_to(program)
    return f"{folder}:/usr/bin:/bin"


def fake_pulumi(shell: Shell, text: str, mode: int = 0o755) -> str:
    """Return a PATH on which `pulumi` is a script."""
    path = only(shell)
    script = shell.folder / "bin" / "pulumi"
    script.write_text(text)
    script.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("script", "mode", "said"),
    [
        ("#!/bin/sh\necho v3.1.0\n", 0o755, "3.1.0 is older than"),
        ("#!/bin/sh\nexit 3\n", 0o755, "does not tell a version"),
        ("#!/bin/sh\necho v3.259.0\n", 0o644, "not found on PATH"),
    ],
    ids=["too old", "broken", "not executable"],
)
def test_a_pulumi_that_cannot_be_used_is_named_with_the_version_that_is_needed(
    shell: Shell, script: str, mode: int, said: str
) -> None:
    env = {"PATH": fake_pulumi(shell, script, mode), "PHILOTES_TUI_CACHE": str(shell.folder)}
    ended = shell.run("preview", "0.2.0", **env)
    ended.told(7, "pulumi is not", said, "doctor --install", "3.259.0 or later")
    assert shell.run("versions", **env).code == 0
    (tool,) = [c for c in shell.run("doctor", "--json", **env).json["checks"]
               if c["name"] == "pulumi"]  # fmt: skip
    assert not tool["ok"]
    assert said in tool["detail"]


def test_a_missing_provider_is_named(shell: Shell, engine_tools: dict[str, FoundTool]) -> None:
    pulumi = engine_tools["pulumi"].path
    env = {"PATH": only(shell, pulumi), "PHILOTES_TUI_CACHE": str(shell.folder)}
    shell.set(pulumi_home=str(shell.folder / "pulumi-home"))
    env["PULUMI_HOME"] = str(shell.folder / "pulumi-home")
    ended = shell.run("deploy", "0.2.0", "--yes", "--json", **env)
    ended.told(7, "pulumi-resource-kubernetes is not", "doctor --install")
    assert ended.json["error"]["kind"] == "tool-missing"
