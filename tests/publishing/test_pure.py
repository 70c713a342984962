"""Versions, addresses, archives and dependencies, without a registry."""

import gzip
import io
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.errors import InvalidReference, SettingsError
from philotes_tui.publishing.address import ChartFolder
from philotes_tui.publishing.archive import differences, read_archive, write_archive
from philotes_tui.publishing.errors import ChartUnfit, PublishingError
from philotes_tui.publishing.moment import moment_of
from philotes_tui.publishing.options import parser
from philotes_tui.publishing.packages import pinned
from philotes_tui.publishing.version import parse_version, tag_of
from philotes_tui.releases import Version

UMBRELLA = """\
apiVersion: v2
name: philotes
dependencies:
  # The subcharts stand beside this chart.
  - name: philotes-api
    alias: api
    repository: file://../philotes-api
    version: ">=0.0.0-0"  # any
    condition: api.enabled
  - version: 0.1.0
    name: lakekeeper
    repository: "file://../lakekeeper/"
maintainers:
  - name: somebody
"""
BROKEN = gzip.compress(bytes(20_000))[:12] + b"\xff" * 40
PINNED = """\
apiVersion: v2
name: philotes
dependencies:
  # The subcharts stand beside this chart.
  - name: philotes-api
    alias: api
    repository: ""
    version: "1.0.0+b"
    condition: api.enabled
  - version: "1.0.0+b"
    name: lakekeeper
    repository: ""
maintainers:
  - name: somebody
"""


@given(st.from_regex(r"[0-9v]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}(-[0-9a-z.-]{1,4})?(\+[0-9a-z.]{1,3})?"))
def test_a_version_is_one_here_when_it_is_one_for_the_program(text: str) -> None:
    try:
        expected = Version.parse(text)
    except InvalidReference:
        with pytest.raises(InvalidReference):
            parse_version(text)
    else:
        assert parse_version(text) == text
        assert tag_of(text) == expected.tag


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("oci://ghcr.io/acme/charts", "oci://ghcr.io/acme/charts"),
        ("oci://GHCR.io/AcMe/charts/", "oci://ghcr.io/acme/charts"),
        ("oci://127.0.0.1:5000/a/b-c_d", "oci://127.0.0.1:5000/a/b-c_d"),
        ("oci://[::1]:5000/a", "oci://[::1]:5000/a"),
    ],
)
def test_an_address_names_a_folder(text: str, folder: str) -> None:
    assert str(ChartFolder.parse(text)) == folder


@pytest.mark.parametrize(
    "text",
    ["ghcr.io/a", "https://ghcr.io/a", "oci://ghcr.io", "oci:///a", "oci://h/a:1", "oci://h/a//b",
     "oci://h/-a", "oci://h/a@sha256:00", "oci://-h/a", "oci://h/a b"],
)  # fmt: skip
def test_an_address_that_names_no_folder_is_refused(text: str) -> None:
    with pytest.raises(InvalidReference, match="not a folder of a registry"):
        ChartFolder.parse(text)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidReference) as refused:
        ChartFolder.parse("oci://me:SECRET@h/a")
    assert "secret" not in refused.value.sentence().lower()


def test_dependencies_are_pinned_and_nothing_else_changes() -> None:
    assert pinned(UMBRELLA, "1.0.0+b", ["philotes-api", "lakekeeper"]) == PINNED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("file://../philotes-api", "https://charts.example.com"),
        ("file://../philotes-api", "file://../../elsewhere"),
        ("file://../philotes-api", "file://../postgresql"),
        ('    version: ">=0.0.0-0"  # any\n', ""),
    ],
)
def test_a_dependency_that_cannot_be_pinned_is_refused(old: str, new: str) -> None:
    with pytest.raises(ChartUnfit, match="depends on something that is not a chart beside it"):
        pinned(UMBRELLA.replace(old, new), "1.0.0", ["philotes-api", "lakekeeper"])


FLOW = "dependencies: [{name: lakekeeper, version: 0.1.0, repository: file://../lakekeeper}]"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dependencies:", FLOW),
        ("dependencies:", "dependencies:  # the subcharts"),
        ("dependencies:", '"dependencies":'),
        ("dependencies:", "dependencies :"),
        ("dependencies:", "dependencies: &subcharts"),
    ],
)
def test_dependencies_in_a_style_that_cannot_be_pinned_are_refused(old: str, new: str) -> None:
    with pytest.raises(ChartUnfit, match="written in a way that cannot be pinned") as refused:
        pinned(UMBRELLA.replace(old, new), "1.0.0", ["philotes-api", "lakekeeper"])
    assert refused.value.said == new


def test_dependencies_in_brackets_below_their_key_are_refused() -> None:
    text = FLOW.replace(": [", ":\n  # the subcharts\n  [", 1)
    with pytest.raises(ChartUnfit, match="written in a way that cannot be pinned"):
        pinned(text, "1.0.0", ["lakekeeper"])


def test_an_umbrella_without_dependencies_stays_as_it_is() -> None:
    text = "name: philotes\ndescription: dependencies are in charts/\n"
    assert pinned(text, "1.0.0", ["lakekeeper"]) == text


def test_an_archive_holds_what_was_written_and_its_bytes_repeat(tmp_path: Path) -> None:
    files = {"c/values.yaml": b"a: 1\n", "c/Chart.yaml": b"name: c\n", "c/t/x.yaml": b""}
    write_archive(files, tmp_path / "one.tgz", 1_000)
    write_archive(dict(reversed(files.items())), tmp_path / "two.tgz", 1_000)
    assert read_archive(tmp_path / "one.tgz") == files
    assert (tmp_path / "one.tgz").read_bytes() == (tmp_path / "two.tgz").read_bytes()


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out"])
def test_an_archive_that_names_a_path_outside_itself_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "c.tgz", "w:gz") as made:
        made.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(PublishingError, match="not a chart archive"):
        read_archive(tmp_path / "c.tgz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00cut", BROKEN])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.tgz").write_bytes(content)
    with pytest.raises(PublishingError, match="not a chart archive"):
        read_archive(tmp_path / "c.tgz")


def test_differences_are_named_and_counted() -> None:
    here = {"same": b"", "changed": b"1", "new": b""}
    there = {"same": b"", "changed": b"2", **{f"old{n}": b"" for n in range(4)}}
    assert differences(here, here) == ""
    assert differences(here, there) == (
        "changed differs, new is not in the published one, old0 is only in the published one, "
        "old1 is only in the published one, and 2 more"
    )


def test_the_time_of_a_release_is_that_of_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert moment_of(tmp_path) == 315_532_800
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert moment_of(tmp_path) == 1_700_000_000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(SettingsError, match="SOURCE_DATE_EPOCH is not a number"):
        moment_of(tmp_path)


def test_every_option_and_exit_code_is_documented() -> None:
    docs = Path(__file__).parents[2] / "docs"
    releasing = (docs / "releasing.md").read_text(encoding="utf-8")
    told = parser().format_help()
    for option in set(re.findall(r"--[a-z][a-z-]+", told)) - {"--help"}:
        assert f"{option} " in releasing or f"{option}`" in releasing, option
    documented = (docs / "exit-codes.md").read_text(encoding="utf-8")
    listed = told.partition("exit codes:")[2]
    for code in re.findall(r"\b\d+\b", re.sub(r"(?m)   .*$", "", listed)):
        assert f"\n| {code} |" in documented, code
