"""What was published, for people, for programs, and for the page of a workflow's run."""

import json
from collections.abc import Sequence

from philotes_tui.publishing.address import ChartFolder
from philotes_tui.publishing.release import PublishedChart


def as_line(chart: PublishedChart) -> str:
    """Return one chart as a line: its reference, then its state."""
    return f"{chart.pinned}  {chart.state}"


def as_json(version: str, folder: ChartFolder, charts: Sequence[PublishedChart]) -> str:
    """Return the release as JSON, one object with a line feed at its end."""
    release = {
        "version": version,
        "registry": str(folder),
        "charts": [
            {
                "name": chart.name,
                "reference": chart.reference,
                "digest": chart.digest,
                "state": str(chart.state),
            }
            for chart in charts
        ],
    }
    return json.dumps(release, indent=2) + "\n"


def as_markdown(version: str, charts: Sequence[PublishedChart]) -> str:
    """Return the release as a heading and a table."""
    rows = (
        f"| {chart.name} | `{chart.reference}` | `{chart.digest or '-'}` | {chart.state} |"
        for chart in charts
    )
    head = ["| chart | reference | digest | state |", "|---|---|---|---|"]
    return "\n".join([f"### Charts {version}", "", *head, *rows, "", ""])
