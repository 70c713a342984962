"""Chart values, as indented YAML, that tests of several rooms put into stack files."""

import json
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

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
