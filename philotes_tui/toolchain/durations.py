"""How long tools take to build, learned from the builds of this machine."""

import os
import statistics
from pathlib import Path

from philotes_tui.toolchain.cache import read_json, write_json
from philotes_tui.toolchain.tools import Tool

_KEPT = 5
_MEASURED_CORES = 2
"""The processors on which the seconds of the recipes were measured."""


def expected_work(tool: Tool, path: Path) -> float:
    """Return about how many seconds of work a build takes: the median of the last ones."""
    known = _seconds(read_json(path).get(tool.name))
    if known:
        return statistics.median(known)
    # Linking and the longest chain of packages gain nothing from more processors.
    scale = max(0.35, min(2.0, _MEASURED_CORES / (os.cpu_count() or _MEASURED_CORES)))
    return tool.recipe.seconds * scale


def record_work(name: str, seconds: float, path: Path) -> None:
    """Remember how many seconds of work a build took."""
    content = read_json(path)
    kept = [*_seconds(content.get(name)), round(seconds, 1)][-_KEPT:]
    write_json(path, {**content, name: kept})


def _seconds(value: object) -> list[float]:
    return (
        [float(v) for v in value if isinstance(v, int | float)] if isinstance(value, list) else []
    )
