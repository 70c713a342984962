from pathlib import Path

import pytest

from philotes_tui.demo.published import PUBLISHED, PublishedVersion, Template, ValueEdit
from philotes_tui.demo.staging import annotated, edited, stage
from philotes_tui.errors import DemoError
from philotes_tui.publishing import ChartUnfit

CHART = """\
apiVersion: v2
name: philotes
version: 0.1.0
appVersion: "0.1.0"
dependencies:
  - name: philotes-api
    version: ">=0.0.0-0"
  - name: lakekeeper
    version: 0.1.0
"""


def test_the_note_joins_annotations_that_are_there() -> None:
    note = "  artifacthub.io/changes: |\n    - More\n"
    assert annotated(CHART, "More") == f"{CHART}annotations:\n{note}"
    there = f"{CHART}annotations:\n  a: b\n"
    assert annotated(there, "More") == f"{CHART}annotations:\n{note}  a: b\n"


def test_staging_copies_and_leaves_the_charts_as_they_are(charts: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in charts.rglob("*") if path.is_file()}
    added = Template("more.yaml", "kind: ConfigMap\n")
    stage(charts, tmp_path / "copy", PublishedVersion("9.9.9", "More", (added,)))
    umbrella = tmp_path / "copy" / "philotes"
    assert (umbrella / "templates" / "more.yaml").read_text() == added.text
    assert "changes: |\n    - More\n" in (umbrella / "Chart.yaml").read_text()
    assert before == {path: path.read_bytes() for path in charts.rglob("*") if path.is_file()}


def test_an_edit_changes_its_line_alone() -> None:
    edit = ValueEdit("worker", "  size: 1", "  size: 2")
    assert edited("a:\n  size: 1\nb:\n  size: 10\n", edit) == "a:\n  size: 2\nb:\n  size: 10\n"


@pytest.mark.parametrize("text", ["a: 1\n", "a:\n  size: 1\nb:\n  size: 1\n"])
def test_an_edit_of_a_line_that_is_not_there_once_is_refused(text: str) -> None:
    with pytest.raises(DemoError, match=r"“size: 1”.*\(worker/values\.yaml\)"):
        edited(text, ValueEdit("worker", "  size: 1", "  size: 2"))


def test_every_published_version_can_be_staged(charts: Path, tmp_path: Path) -> None:
    for version in PUBLISHED:
        stage(charts, tmp_path / version.version, version)


def test_a_folder_without_the_umbrella_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChartUnfit, match="charts to publish are not there"):
        stage(tmp_path, tmp_path / "copy", PUBLISHED[0])


def test_the_tag_of_a_version_with_a_plus_has_an_underscore() -> None:
    assert PublishedVersion("1.0.0+b", "").tag == "1.0.0_b"
