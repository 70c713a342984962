"""The checkout's charts, staged for Helm."""

import shutil
import subprocess
from pathlib import Path

import pytest

from philotes_stack.local_charts import (
    LocalChartsUnusable,
    StagedChart,
    cache_folder,
    charts_folder,
    content_digest,
    stage,
)

ALL = ("philotes-api", "philotes-worker", "lakekeeper")


@pytest.fixture
def own(charts: Path, tmp_path: Path) -> Path:
    """A copy of the charts that a test may change, without what a person's Helm vendored."""
    vendored = shutil.ignore_patterns("charts", "Chart.lock")
    return Path(shutil.copytree(charts, tmp_path / "own", ignore=vendored))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_dependencies_stand_unpacked_inside_the_staged_chart(charts: Path, cache: Path) -> None:
    staged = stage(charts, cache)
    assert staged.path.is_absolute()
    assert staged.version == "0.1.0"
    for name in ALL:
        inside = _contents(staged.path / "charts" / name)
        assert inside == _contents(charts / name)


def test_the_checkout_is_left_as_it_was(own: Path, cache: Path) -> None:
    before = _contents(own)
    stage(own, cache)
    assert _contents(own) == before


def test_the_same_charts_are_staged_once(own: Path, cache: Path) -> None:
    first = stage(own, cache)
    stamp = first.path.stat().st_mtime_ns
    assert stage(own, cache) == first
    assert first.path.stat().st_mtime_ns == stamp
    assert [each.name for each in cache.iterdir()] == [first.path.parent.name]


def test_a_changed_subchart_is_staged_anew_beside_the_old_one(own: Path, cache: Path) -> None:
    first = stage(own, cache)
    values = own / "philotes-api" / "values.yaml"
    values.write_text(values.read_text().replace("replicaCount: 2", "replicaCount: 4"))
    second = stage(own, cache)
    assert first.path != second.path
    assert "replicaCount: 4" in _staged_api_values(second)
    assert "replicaCount: 2" in _staged_api_values(first)


def test_the_digest_is_that_of_all_that_would_be_staged(own: Path, cache: Path) -> None:
    first = content_digest(own)
    assert stage(own, cache).path.parent.name == first
    (own / "philotes-worker" / "values.yaml").write_text("replicaCount: 9\n")
    assert content_digest(own) != first


def test_what_was_vendored_in_the_checkout_is_not_used(own: Path, cache: Path) -> None:
    fresh = stage(own, cache)
    stale = own / "philotes" / "charts" / "philotes-api"
    shutil.copytree(own / "philotes-api", stale)
    (stale / "values.yaml").write_text("replicaCount: 99\n")
    (own / "philotes" / "Chart.lock").write_text("dependencies: []\n")
    found = stage(own, cache)
    assert (found.path, found.digest) == (fresh.path, fresh.digest)
    assert found.stale == ("philotes/Chart.lock", "philotes/charts/philotes-api")


@pytest.mark.real
def test_what_helm_vendored_is_stale_once_its_chart_changed(
    own: Path, cache: Path, tools: dict[str, Path]
) -> None:
    vendor(own, tools["helm"])
    before = _contents(own)
    assert len([name for name in before if name.startswith("philotes/charts/")]) == len(ALL)
    assert stage(own, cache).stale == ()
    assert _contents(own) == before

    (own / "philotes-worker" / "values.yaml").write_text("replicaCount: 1\n")
    assert stage(own, cache).stale == ("philotes/charts/philotes-worker-0.1.0.tgz",)

    metadata = own / "lakekeeper" / "Chart.yaml"
    metadata.write_text(metadata.read_text().replace("version: 0.1.0", "version: 0.2.0"))
    assert stage(own, cache).stale == (
        "philotes/Chart.lock",
        "philotes/charts/lakekeeper-0.1.0.tgz",
        "philotes/charts/philotes-worker-0.1.0.tgz",
    )


def test_a_broken_archive_and_one_of_no_dependency_are_stale(own: Path, cache: Path) -> None:
    vendored = own / "philotes" / "charts"
    vendored.mkdir()
    (vendored / "philotes-api-0.1.0.tgz").write_bytes(b"\x1f\x8b no archive")
    shutil.copytree(own / "philotes-api", vendored / "former")
    metadata = vendored / "former" / "Chart.yaml"
    metadata.write_text(metadata.read_text().replace("name: philotes-api", "name: former"))
    (vendored / "notes.txt").write_text("no chart")
    assert stage(own, cache).stale == (
        "philotes/charts/former",
        "philotes/charts/philotes-api-0.1.0.tgz",
    )


def test_a_staged_chart_that_lost_a_file_is_mended(own: Path, cache: Path) -> None:
    staged = stage(own, cache)
    whole = _contents(staged.path)
    (staged.path / "charts" / "philotes-api" / "values.yaml").unlink()
    assert stage(own, cache) == staged
    assert _contents(staged.path) == whole


def test_a_dependency_that_is_not_there_is_named(own: Path, cache: Path) -> None:
    shutil.rmtree(own / "lakekeeper")
    with pytest.raises(LocalChartsUnusable, match=r"lakekeeper at file://\.\./lakekeeper"):
        stage(own, cache)


def test_a_remote_dependency_is_refused(own: Path, cache: Path) -> None:
    chart = own / "philotes" / "Chart.yaml"
    chart.write_text(chart.read_text().replace("file://../lakekeeper", "https://x.example"))
    with pytest.raises(LocalChartsUnusable, match=r"lakekeeper at https://x\.example"):
        stage(own, cache)


@pytest.mark.parametrize("text", ["a: [", "just text", ""])
def test_a_broken_chart_file_is_named(own: Path, cache: Path, text: str) -> None:
    (own / "philotes" / "Chart.yaml").write_text(text)
    with pytest.raises(LocalChartsUnusable, match=r"philotes/Chart\.yaml") as refused:
        stage(own, cache)
    assert "\n" not in str(refused.value)


def test_a_cache_that_cannot_be_written_is_named(charts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalChartsUnusable, match="file"):
        stage(charts, tmp_path / "file" / "cache")


def test_the_charts_of_a_checkout_are_found_beside_the_stack(charts: Path) -> None:
    assert charts_folder() == charts.resolve()


def test_the_charts_of_an_installed_package_come_first(own: Path, tmp_path: Path) -> None:
    package = tmp_path / "stack" / "philotes_stack"
    shutil.copytree(own, tmp_path / "charts")
    shutil.copytree(own, package / "charts")
    assert charts_folder(package) == package / "charts"
    shutil.rmtree(package / "charts")
    assert charts_folder(package) == tmp_path / "charts"


def test_charts_that_are_nowhere_end_in_a_sentence_that_says_where_was_looked(
    tmp_path: Path,
) -> None:
    with pytest.raises(LocalChartsUnusable, match="useLocalCharts to false") as refused:
        charts_folder(tmp_path / "a" / "b")
    assert str(tmp_path / "charts") in str(refused.value)


def test_the_cache_folder_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / ".cache" / "philotes-stack"
    assert cache_folder({"PHILOTES_STACK_CACHE": str(tmp_path / "c")}) == tmp_path / "c"
    assert cache_folder({"XDG_CACHE_HOME": "/x"}, "linux") == Path("/x/philotes-stack")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}, "linux") == usual
    assert cache_folder({}, "linux") == usual
    assert cache_folder({}, "darwin") == tmp_path / "Library" / "Caches" / "philotes-stack"


def vendor(charts: Path, helm: Path) -> None:
    """Have Helm vendor the dependencies of the umbrella, in the checkout."""
    home = {"HOME": str(charts.parent / "home")}
    command = [str(helm), "dependency", "update", str(charts / "philotes")]
    subprocess.run(command, env=home, capture_output=True, check=True, timeout=60)


def _staged_api_values(staged: StagedChart) -> str:
    return (staged.path / "charts" / "philotes-api" / "values.yaml").read_text()
