"""A copy of the charts with what makes one version of the demo different."""

import shutil
from pathlib import Path

from philotes_tui.demo.published import PublishedVersion, ValueEdit
from philotes_tui.errors import DemoError
from philotes_tui.publishing import UMBRELLA, chart_folders

_CHART_FILE = "Chart.yaml"


def stage(charts: Path, folder: Path, version: PublishedVersion) -> None:
    """Copy the charts into a folder, and change the copy as a version of the demo has it.

    Args:
        charts: The folder that holds the umbrella and its subcharts, side by side.
        folder: Where the copies go; it must not exist.
        version: What to add and to change.

    Raises:
        ChartUnfit: the charts are not there.
        DemoError: what is to be changed in them is not there.
        OSError: they cannot be read, or the copy not be written.
    """
    for chart in chart_folders(charts):
        shutil.copytree(chart, folder / chart.name)
    umbrella = folder / UMBRELLA
    described = umbrella / _CHART_FILE
    text = annotated(described.read_text(encoding="utf-8"), version.note)
    described.write_text(text, encoding="utf-8")
    templates = umbrella / "templates"
    templates.mkdir(exist_ok=True)
    for template in version.templates:
        (templates / template.name).write_text(template.text, encoding="utf-8")
    for edit in version.edits:
        values = folder / edit.chart / "values.yaml"
        values.write_text(edited(values.read_text(encoding="utf-8"), edit), encoding="utf-8")


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


def annotated(text: str, note: str) -> str:
    """Return a `Chart.yaml` that tells what changed (artifacthub.io/docs, «changes»)."""
    change = f"  artifacthub.io/changes: |\n    - {note}\n"
    head, line, rest = text.partition("\nannotations:\n")
    if line:
        return head + line + change + rest
    return f"{text.rstrip()}\nannotations:\n{change}"
