"""What stands in one chart version: plain values, read from an archive by somebody else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Dependency:
    """A chart that another one asks for, and its content where it comes along.

    The fields are those of `dependencies` in `Chart.yaml`
    (helm/helm:pkg/chart/v2/dependency.go).

    Attributes:
        name: The chart's name.
        version: The version found in `charts/`, else the constraint that `Chart.yaml` asks for.
        alias: The key its values stand under; empty means its name.
        repository: Where it was taken from, as written; empty where none is named.
        wanted: The constraint that `Chart.yaml` asks for; empty where only `charts/` has it.
        condition: The values that switch it on, as written, separated by commas.
        locked: The version that `Chart.lock` names; empty where it names none.
        content: What came along in `charts/`; None where it did not.
    """

    name: str
    version: str
    alias: str = ""
    repository: str = ""
    wanted: str = ""
    condition: str = ""
    locked: str = ""
    content: "ChartContent | None" = None

    @property
    def key(self) -> str:
        """The key in the parent's values that reaches this chart."""
        return self.alias or self.name


@dataclass(frozen=True)
class ChartContent:
    """The content of one packaged chart; all text is as it stands in the archive.

    Attributes:
        name: The chart's name.
        version: Its version, as `Chart.yaml` writes it.
        app_version: The version of what it deploys; empty where none is given.
        metadata: `Chart.yaml` as it was parsed.
        values: The text of `values.yaml`, comments kept; empty where there is none.
        schema: The text of `values.schema.json`.
        readme: The text of `README.md`.
        templates: The text of each file below `templates/`, by its path from the
            chart's folder (`templates/deployment.yaml`).
        crds: The same for `crds/`.
        files: The size in bytes of every other file, by its path.
        dependencies: In the order of `Chart.yaml`, then those that only `charts/` has.
    """

    name: str
    version: str
    app_version: str = ""
    metadata: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    values: str = ""
    schema: str | None = None
    readme: str | None = None
    templates: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    crds: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    files: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    dependencies: tuple[Dependency, ...] = ()

    @property
    def deprecated(self) -> bool:
        """Whether its publisher advises against it."""
        return self.metadata.get("deprecated") is True

    def all_templates(self, folder: str = "") -> Iterator[tuple[str, str]]:
        """Yield path and text of each template, subcharts below `charts/<key>/`, sorted.

        Args:
            folder: What to put before each path.
        """
        for path in sorted(self.templates):
            yield folder + path, self.templates[path]
        for dependency in sorted(self.dependencies, key=lambda d: d.key):
            if dependency.content is not None:
                below = f"{folder}charts/{dependency.key}/"
                yield from dependency.content.all_templates(below)
