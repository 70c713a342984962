"""The real engine on the real program, as the engine's tests and recordings use it."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

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
SETTLED = "".join(
    f"    {chart}:\n      service:\n        annotations:\n          pulumi.com/skipAwait: 'true'\n"
    for chart in ("api", "worker", "lakekeeper")
)
"""Values with which a new Service is taken for ready at once.

The provider waits ten seconds after the last change of its endpoints, in each first deploy
(provider/pkg/await/service.go). Whole chains wait for that, in a terminal and by plain
Pulumi; where another thing is shown, the pods are still waited for, and that is enough.
"""


def merged(*values: str) -> str:
    """Lay chart values, each given as indented YAML, one over the other."""
    whole: dict[str, Any] = {}
    for text in values:
        _overlay(whole, YAML(typ="safe").load(text) or {})
    return "".join(_lines(whole, "    "))


def _overlay(below: dict[str, Any], above: dict[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _overlay(below[key], value)
        else:
            below[key] = value


def _lines(values: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield values in the form in which Pulumi writes them too."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:\n"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{key}: {json.dumps(value)}\n"


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
