"""The same program inline, as the callable of an Automation API workspace."""

from pathlib import Path

import pytest
from pulumi import automation

from philotes_stack.program import program
from philotes_tui.demo import Demo
from philotes_tui.toolchain import FoundTool

pytestmark = pytest.mark.real


@pytest.fixture
def inline(
    variables: dict[str, str],
    engine_tools: dict[str, FoundTool],
    demo: Demo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> automation.Stack:
    """A stack of the project `philotes` whose program runs in this process."""
    (tmp_path / "cli" / "bin").mkdir(parents=True)
    (tmp_path / "cli" / "bin" / "pulumi").symlink_to(engine_tools["pulumi"].path)
    # The program reads these in this process; the CLI gets them from the workspace.
    monkeypatch.setenv("PHILOTES_STACK_CACHE", variables["PHILOTES_STACK_CACHE"])
    monkeypatch.setenv("KUBECONFIG", variables["KUBECONFIG"])
    (tmp_path / "work").mkdir()
    stack = automation.create_stack(
        stack_name="dev",
        project_name="philotes",
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=str(tmp_path / "work"),
            env_vars=variables,
            pulumi_command=automation.PulumiCommand(root=str(tmp_path / "cli")),
        ),
    )
    stack.set_all_config(
        {
            "philotes:chartRegistry": automation.ConfigValue(demo.registry),
            "philotes:namespace": automation.ConfigValue("inline"),
        }
    )
    return stack


@pytest.mark.parametrize(
    ("local", "logged"),
    [
        ("false", "Using Helm chart from OCI registry: {registry}/philotes:0.1.0"),
        ("true", "Using local Helm chart for development"),
    ],
)
def test_the_program_previews_inline_in_both_modes(
    inline: automation.Stack, demo: Demo, local: str, logged: str
) -> None:
    inline.set_config("philotes:useLocalCharts", automation.ConfigValue(local))
    events: list[automation.EngineEvent] = []
    inline.preview(on_event=events.append, color="never")
    messages = [e.diagnostic_event.message.strip() for e in events if e.diagnostic_event]
    assert logged.format(registry=demo.registry) in messages
    urns = {e.resource_pre_event.metadata.urn for e in events if e.resource_pre_event}
    names = {urn.split("::")[-1] for urn in urns}
    assert {"philotes-dev-namespace", "philotes-dev-philotes"} <= names
    assert "philotes-dev-philotes:inline/philotes-worker" in names


def test_a_bad_value_ends_inline_in_its_sentence(inline: automation.Stack) -> None:
    inline.set_config("philotes:useLocalCharts", automation.ConfigValue("maybe"))
    with pytest.raises(automation.CommandError) as failed:
        inline.preview(color="never")
    sentence = 'philotes:useLocalCharts is "maybe", allowed are true and false'
    assert sentence in str(failed.value)
    assert "Traceback" not in str(failed.value)
