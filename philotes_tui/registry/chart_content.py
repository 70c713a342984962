"""From the files of a chart to what is in it (helm/helm:pkg/chart/v2/loader/load.go). Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from philotes_tui.errors import InvalidReference, RegistryError
from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartContent, Constraint, Dependency, InvalidConstraint, Version
from philotes_tui.releases.yaml_document import DEEPEST, NotYaml, read_yaml

Files: TypeAlias = Mapping[str, bytes]
"""Contents by path in the chart's folder."""

_LONGEST_METADATA = 256 * 1024
_MOST_VALUES = 20_000
_MOST_DEPENDENCIES = 500
_DEEPEST = 12


def chart_content(files: Files, *, on: str, depth: int = 0) -> ChartContent:
    """Return what is in a chart and in those that came along with it.

    Args:
        files: Its files; those of subcharts stand below `charts/<folder or archive>/`.
        on: What the errors name.
        depth: How many charts this one stands within.

    Raises:
        RegistryError: It is not a chart, or its metadata cannot be read.
    """
    metadata = _metadata(files, on)
    own = {path: content for path, content in files.items() if not path.startswith("charts/")}
    readme = next((p for p in sorted(own) if p.lower() in {"readme.md", "readme"}), "")
    templates = _texts(own, "templates/")
    crds = _texts(own, "crds/")
    told = {*templates, *crds, readme, "Chart.yaml", "values.yaml", "values.schema.json"}
    return ChartContent(
        name=_line(metadata.get("name")),
        version=_line(metadata.get("version")),
        app_version=_line(metadata.get("appVersion")),
        metadata=MappingProxyType(metadata),
        values=_text(own, "values.yaml", on),
        schema=_text(own, "values.schema.json", on) or None,
        readme=own[readme].decode("utf-8", "replace") if readme else None,
        templates=MappingProxyType(templates),
        crds=MappingProxyType(crds),
        files=MappingProxyType({p: len(c) for p, c in own.items() if p not in told}),
        dependencies=_dependencies(files, metadata, on, depth),
    )


def _metadata(files: Files, on: str) -> dict[str, Any]:
    if "Chart.yaml" not in files:
        raise _unreadable(on, "it has no Chart.yaml")
    metadata = _parsed(files, "Chart.yaml", on)
    for key in ("name", "version"):
        if not _line(metadata.get(key)):
            raise _unreadable(on, f"Chart.yaml names no {key}")
    return metadata


def _parsed(files: Files, path: str, on: str) -> dict[str, Any]:
    """Return a file of metadata; one that unfolds to far more than it holds is refused."""
    if len(files[path]) > _LONGEST_METADATA:
        raise _unreadable(on, f"{path} is larger than metadata can be")
    try:
        content = read_yaml(_text(files, path, on))
    except NotYaml as error:
        raise _unreadable(on, f"{path} is not YAML: {clean_line(str(error), 150)}") from error
    if not isinstance(content, dict) or not _is_small(content):
        raise _unreadable(on, f"{path} is not the metadata of a chart")
    return content


def _is_small(content: Any) -> bool:
    """Whether a parsed document has few values, however often and deep its aliases repeat them."""
    waiting, seen = [(content, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if seen > _MOST_VALUES or depth > DEEPEST:
            return False
        if isinstance(value, dict):
            below: Iterable[Any] = (*value.keys(), *value.values())
        else:
            below = value if isinstance(value, list | tuple | set) else ()
        waiting.extend((each, depth + 1) for each in below)
    return True


def _text(files: Files, path: str, on: str) -> str:
    try:
        return files.get(path, b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(on, f"{path} is not UTF-8") from None


def _texts(files: Files, folder: str) -> dict[str, str]:
    """Return the text of each file below a folder; what is not UTF-8 is no template."""
    found: dict[str, str] = {}
    for path in sorted(files):
        if path.startswith(folder):
            try:
                found[path] = files[path].decode()
            except UnicodeDecodeError:
                continue
    return found


def _line(value: Any) -> str:
    """Return a value of the metadata as one line; YAML may have made a number of it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean_line(str(value), 400)


def _dependencies(
    files: Files, metadata: Mapping[str, Any], on: str, depth: int
) -> tuple[Dependency, ...]:
    """Return what the metadata asks for, with what came along, then what else came along."""
    found = _subcharts(files, on, depth)
    locked = _locked(files, on)
    asked = [
        _dependency(entry, found, locked)
        for entry in _entries(metadata, files, "requirements.yaml", on)
    ]
    used = {id(dependency.content) for dependency in asked}
    rest = [
        Dependency(content.name, content.version, content=content)
        for content in found
        if id(content) not in used
    ]
    return (*asked, *rest)


def _subcharts(files: Files, on: str, depth: int) -> list[ChartContent]:
    folders: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for path, content in files.items():
        first, _, below = path.partition("/")
        folder, slash, rest = below.partition("/")
        if first == "charts" and slash and not folder.startswith(("_", ".")):
            folders[folder][rest] = content
    if folders and depth >= _DEEPEST:
        raise _unreadable(on, "it holds charts within charts without end")
    return [
        chart_content(folders[name], on=f"{on}, charts/{name}", depth=depth + 1)
        for name in sorted(folders)
    ]


def _entries(
    metadata: Mapping[str, Any], files: Files, legacy: str, on: str
) -> list[Mapping[str, Any]]:
    """Return the dependencies that a chart asks for; before `apiVersion: v2` in a file apart."""
    listed = metadata.get("dependencies")
    if listed is None and legacy in files:
        listed = _parsed(files, legacy, on).get("dependencies")
    entries = listed if isinstance(listed, list) else []
    return [entry for entry in entries[:_MOST_DEPENDENCIES] if isinstance(entry, dict)]


def _locked(files: Files, on: str) -> dict[str, str]:
    """Return the version of each dependency that the lock file names."""
    path = next((p for p in ("Chart.lock", "requirements.lock") if p in files), "")
    if not path:
        return {}
    entries = _entries(_parsed(files, path, on), {}, "", on)
    return {_line(entry.get("name")): _line(entry.get("version")) for entry in entries}


def _dependency(
    entry: Mapping[str, Any], found: list[ChartContent], locked: Mapping[str, str]
) -> Dependency:
    name, wanted = _line(entry.get("name")), _line(entry.get("version"))
    content = _fitting([chart for chart in found if chart.name == name], wanted)
    return Dependency(
        name=name,
        version=content.version if content else wanted,
        alias=_line(entry.get("alias")),
        repository=_line(entry.get("repository")),
        wanted=wanted,
        condition=_line(entry.get("condition")),
        locked=locked.get(name, ""),
        content=content,
    )


def _fitting(charts: list[ChartContent], wanted: str) -> ChartContent | None:
    """Return the chart that a constraint means; a single one of that name is it anyway."""
    if len(charts) < 2:  # noqa: PLR2004
        return charts[0] if charts else None
    for chart in charts:
        try:
            if Constraint.parse(wanted).matches(Version.lenient(chart.version), prereleases=True):
                return chart
        except (InvalidConstraint, InvalidReference):
            continue
    return charts[0]


def _unreadable(on: str, said: str) -> RegistryError:
    return RegistryError(
        "The chart cannot be read",
        on=on,
        said=said,
        todo="Package it again with `helm package`, and publish that.",
    )
