"""The default values of a chart as plain data: those of subcharts with their parent's on top."""

from collections.abc import Mapping
from typing import Any

from philotes_tui.releases.content import ChartContent

DEEPEST = 30
"""Levels of values that are looked into."""
MOST = 50_000
"""Values that are looked at; aliases of YAML can unfold without end."""


class TooLarge(ValueError):
    """Values that are too many, or too deep, to be looked at one by one."""


class Budget:
    """Counts the values that were looked at."""

    def __init__(self) -> None:
        self._left = MOST

    def spend(self, depth: int = 0) -> None:
        """Count one more.

        Args:
            depth: How many values it stands within.

        Raises:
            TooLarge: It is one too many, or stands too deep.
        """
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise TooLarge


def parsed_values(text: str) -> Mapping[str, Any] | None:
    """Return the values that a `values.yaml` spells; None where it is no YAML or no mapping.

    A file without content has no values.
    """
    from philotes_tui.releases.yaml_document import (  # noqa: PLC0415 - only who asks pays for it
        NotYaml,
        read_yaml,
    )

    try:
        content = read_yaml(text)
    except NotYaml:
        return None
    if content is None:
        return {}
    return content if isinstance(content, Mapping) else None


def merged_values(
    defaults: Mapping[str, Any], given: Mapping[str, Any], budget: Budget, depth: int = 0
) -> dict[str, Any]:
    """Return a subchart's values with those of its parent on top, as Helm puts them.

    A null of the parent takes the subchart's value away
    (helm/helm:pkg/chart/common/util/coalesce.go).

    Raises:
        TooLarge: They are too many or too deep.
    """
    merged = dict(defaults)
    for key, value in given.items():
        budget.spend(depth)
        before = merged.get(key)
        if value is None and key in merged:
            del merged[key]
        elif isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[key] = merged_values(before, value, budget, depth + 1)
        else:
            merged[key] = value
    return merged


def default_values(content: ChartContent) -> Mapping[str, Any] | None:
    """Return all default values as they are written from the umbrella chart.

    Those of a subchart stand below its key. None where any file is no YAML.

    Raises:
        TooLarge: They are too many or too deep.
    """
    return _below(content, {}, Budget(), 0)


def _below(
    content: ChartContent, given: Mapping[str, Any], budget: Budget, depth: int
) -> Mapping[str, Any] | None:
    budget.spend(depth)
    own = parsed_values(content.values)
    if own is None:
        return None
    values = merged_values(own, given, budget)
    for dependency in content.dependencies:
        if dependency.content is None:
            continue
        parents = values.get(dependency.key)
        told = parents if isinstance(parents, Mapping) else {}
        below = _below(dependency.content, told, budget, depth + 1)
        if below is None:
            return None
        if below or parents is not None:
            values[dependency.key] = below
    return values
