"""A copy of the charts, stamped as one version: text in, text out, then files."""

import re
import shutil
from pathlib import Path

from philotes_tui.demo.published import PublishedVersion, ValueEdit
from philotes_tui.errors import DemoError

UMBRELLA = "philotes"
_CHART_FILE = "Chart.yaml"
_NOT_COPIED = shutil.ignore_patterns("charts", "Chart.lock", "*.tgz", ".*")
"""What `helm dependency` makes; it is made anew in the copy."""


def stage(charts: Path, folder: Path, version: PublishedVersion) -> Path:
    """Copy the charts into a folder, stamp them, and return the umbrella's copy.

    Args:
        charts: The folder that holds the umbrella and its subcharts, side by side.
        folder: Where the copies go; it must not exist.
        version: What to stamp and add.

    Raises:
        DemoError: the charts are not there, or what is to be changed
            in them is not.
        OSError: they cannot be read, or the copy not be written.
    """
    for chart in chart_folders(charts):
        copy = folder / chart.name
        shutil.copytree(chart, copy, ignore=_NOT_COPIED)
        file = copy / _CHART_FILE
        text = stamped(file.read_text(encoding="utf-8"), version.version, chart=chart.name)
        if chart.name == UMBRELLA:
            text = annotated(text, version.note)
        file.write_text(text, encoding="utf-8")
    umbrella = folder / UMBRELLA
    templates = umbrella / "templates"
    templates.mkdir(exist_ok=True)
    for template in version.templates:
        (templates / template.name).write_text(template.text, encoding="utf-8")
    for edit in version.edits:
        values = folder / edit.chart / "values.yaml"
        values.write_text(edited(values.read_text(encoding="utf-8"), edit), encoding="utf-8")
    return umbrella


def edited(text: str, edit: ValueEdit) -> str:
    """Return a `values.yaml` with one line changed.

    Raises:
        DemoError: the line does not stand there exactly once.
    """
    lines = text.splitlines(keepends=True)
    found = [at for at, line in enumerate(lines) if line.rstrip("\r\n") == edit.line]
    if len(found) != 1:
        raise DemoError(
            f"The line “{edit.line.strip()}” that a version of the demo changes "
            f"stands {len(found)} times in a chart's values, not once",
            on=f"{edit.chart}/values.yaml",
            todo="Give the demo's versions the line as it is now.",
        )
    lines[found[0]] = lines[found[0]].replace(edit.line, edit.becomes)
    return "".join(lines)


def chart_folders(charts: Path) -> list[Path]:
    """Return the charts in a folder, sorted by name.

    Raises:
        DemoError: the umbrella is not among them.
    """
    if not (charts / UMBRELLA / _CHART_FILE).is_file():
        raise DemoError(
            "The charts the demo publishes are not there",
            on=str(charts / UMBRELLA),
            todo="Install the program again, or run it from a checkout.",
        )
    return sorted(file.parent for file in charts.glob(f"*/{_CHART_FILE}"))


def stamped(text: str, version: str, *, chart: str) -> str:
    """Return a `Chart.yaml` with another `version` and `appVersion`.

    Only keys at the start of a line are meant: those of a dependency are indented.
    An exact version of a dependency beside the chart is stamped as well.

    Args:
        text: The file's content.
        version: The new version.
        chart: The chart's name, for the error.

    Raises:
        DemoError: one of the two keys is missing.
    """
    for key in ("version", "appVersion"):
        text, found = re.subn(rf"(?m)^{key}:.*$", f'{key}: "{version}"', text)
        if found != 1:
            raise DemoError(
                f"A chart has no line that starts with “{key}:”",
                on=f"{chart}/{_CHART_FILE}",
                todo=f"Add {key} to it.",
            )
    exact = r'(?m)^(\s+(?:- )?version:\s*)"?\d+\.\d+\.\d+[^\s"]*"?[ \t]*$'
    return re.sub(exact, rf'\g<1>"{version}"', text)


def annotated(text: str, note: str) -> str:
    """Return a `Chart.yaml` that tells what changed (artifacthub.io/docs, «changes»)."""
    change = f"  artifacthub.io/changes: |\n    - {note}\n"
    head, line, rest = text.partition("\nannotations:\n")
    if line:
        return head + line + change + rest
    return f"{text.rstrip()}\nannotations:\n{change}"
