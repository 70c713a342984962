"""The real engine on the real program, as the engine's tests and recordings use it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from philotes_tui.engine import Event
from philotes_tui.engine.project import ensure_project
from philotes_tui.engine.pulumi import PulumiEngine
from philotes_tui.engine.stack_file import new_stack_text, stack_path
from philotes_tui.engine.yaml_file import save
from philotes_tui.releases import RegistryChart, Version
from philotes_tui.toolchain import FoundTool

REFUSED = "    api:\n      nodeSelector:\n        disk: not a label value\n"
"""Values the chart renders and the API server refuses."""
NEVER_READY = "    api:\n      nodeSelector:\n        disk: none-has-this\n"
"""Values no node fits, so that the Deployment waits without end."""


def chain_engine(
    folder: Path, tool: FoundTool, environment: Mapping[str, str], program: Callable[[], None]
) -> PulumiEngine:
    """Return an engine with its project and passphrase below `folder`."""
    return PulumiEngine(
        program,
        folder / "project",
        tool.path,
        tool.version,
        env=environment,
        passphrase_file=folder / "passphrase",
    )


def configure(folder: Path, stack: str, registry: str, namespace: str, values: str = "") -> None:
    """Write the stack's file with the chart values given as indented YAML."""
    ensure_project(folder / "project")
    text = new_stack_text(stack, {"chartRegistry": registry, "namespace": namespace})
    if values:
        text += f"  philotes:values:\n{values}"
    save(stack_path(folder / "project", stack), text)


def chart(registry: str, version: str) -> RegistryChart:
    """Return a published version in a registry without TLS."""
    return RegistryChart(registry, Version.parse(version), plain_http=True)


def waits_for_readiness(event: Event) -> bool:
    """Whether the event tells that a Deployment waits for its pods."""
    return "Pods available)" in getattr(event, "text", "")
