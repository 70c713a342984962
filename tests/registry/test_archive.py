"""Chart archives: what is in them, and what is refused."""

import gzip
import io
import tarfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.errors import RegistryError
from philotes_tui.registry.archive import ArchiveLimits, read_chart, read_files
from tests.conftest import CHARTS
from tests.registry.conftest import OwnRegistry

CHART = b"apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: '4.5'\n"


def tgz(files: Mapping[str, bytes], *, folder: str = "web/") -> bytes:
    """Return an archive of these files as `helm package` makes one."""
    return of_members([(tar_file(folder + path, len(text)), text) for path, text in files.items()])


def tar_file(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    return info


def of_members(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def member(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def test_a_chart_is_read_with_all_that_is_in_it() -> None:
    chart = read_chart(
        tgz(
            {
                "Chart.yaml": CHART + b"deprecated: true\n",
                "values.yaml": b"\xef\xbb\xbf# how many\nreplicas: 1\n",
                "values.schema.json": b"{}",
                "README.md": b"# Web\n",
                "templates/deployment.yaml": b"kind: Deployment\n",
                "templates/NOTES.txt": b"hello\n",
                "templates/logo.png": b"\x89PNG\xff",
                "crds/thing.yaml": b"kind: CustomResourceDefinition\n",
                "ci/test.yaml": b"abc",
            }
        )
    )
    assert (chart.name, chart.version, chart.app_version) == ("web", "1.2.3", "4.5")
    assert chart.deprecated
    assert chart.values == "# how many\nreplicas: 1\n"
    assert chart.schema == "{}"
    assert chart.readme == "# Web\n"
    assert list(chart.templates) == ["templates/NOTES.txt", "templates/deployment.yaml"]
    assert list(chart.crds) == ["crds/thing.yaml"]
    assert chart.files == {"templates/logo.png": 5, "ci/test.yaml": 3}


def test_subcharts_come_from_folders_and_from_archives_with_their_versions() -> None:
    dependencies = b"""dependencies:
  - {name: db, version: ^2.0.0, alias: store, repository: "oci://h/a", condition: store.enabled}
  - {name: cache, version: 1.x.x}
  - {name: gone, version: 3.0.0}
"""
    lock = b"dependencies: [{name: db, version: 2.1.0}, {name: gone, version: 3.0.0}]\n"
    inner = tgz({"Chart.yaml": b"name: leaf\nversion: 0.1.0\n"}, folder="leaf/")
    db = tgz(
        {"Chart.yaml": b"name: db\nversion: 2.1.0\n", "charts/leaf-0.1.0.tgz": inner}, folder="db/"
    )
    chart = read_chart(
        tgz(
            {
                "Chart.yaml": CHART + dependencies,
                "Chart.lock": lock,
                "charts/db-2.1.0.tgz": db,
                "charts/cache/Chart.yaml": b"name: cache\nversion: 1.9.0\n",
                "charts/cache/templates/a.yaml": b"a: 1\n",
                "charts/extra/Chart.yaml": b"name: extra\nversion: 0.0.1\n",
                "charts/_ignored/x": b"",
                "charts/README.md": b"",
            }
        )
    )
    told = [(d.name, d.key, d.version, d.wanted, d.locked) for d in chart.dependencies]
    assert told == [
        ("db", "store", "2.1.0", "^2.0.0", "2.1.0"),
        ("cache", "cache", "1.9.0", "1.x.x", ""),
        ("gone", "gone", "3.0.0", "3.0.0", "3.0.0"),
        ("extra", "extra", "0.0.1", "", ""),
    ]
    assert chart.dependencies[0].repository == "oci://h/a"
    assert chart.dependencies[0].condition == "store.enabled"
    nested = chart.dependencies[0].content
    assert nested is not None
    assert [d.name for d in nested.dependencies] == ["leaf"]
    assert list(chart.all_templates()) == [("charts/cache/templates/a.yaml", "a: 1\n")]
    assert chart.dependencies[2].content is None


def test_of_two_versions_of_a_subchart_each_dependency_gets_the_one_it_asks_for() -> None:
    wants = b"dependencies: [{name: db, version: 1.x.x, alias: a}, {name: db, version: ~2.0}]\n"
    chart = read_chart(
        tgz(
            {
                "Chart.yaml": CHART + wants,
                "charts/one/Chart.yaml": b"name: db\nversion: 1.5.0\n",
                "charts/two/Chart.yaml": b"name: db\nversion: 2.0.7\n",
            }
        )
    )
    assert [d.version for d in chart.dependencies] == ["1.5.0", "2.0.7"]


def test_dependencies_of_the_first_chart_format_stand_in_a_file_apart() -> None:
    files = {
        "Chart.yaml": b"apiVersion: v1\nname: web\nversion: 1.0.0\n",
        "requirements.yaml": b"dependencies: [{name: db, version: 1.0.0}]\n",
        "requirements.lock": b"dependencies: [{name: db, version: 1.0.0}]\n",
    }
    (db,) = read_chart(tgz(files)).dependencies
    assert (db.name, db.version, db.locked) == ("db", "1.0.0", "1.0.0")


def chained(number: int) -> bytes:
    """Return lists of which each holds the one before."""
    rows = [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, number)]
    return "\n".join(("a0: &a0 []", *rows, "")).encode()


def merged(levels: int) -> bytes:
    """Return mappings of which each merges the one before eight times, in less than a kilobyte."""
    rows = [f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 8)}]}}" for n in range(1, levels)]
    return "\n".join(("a0: &a0 {a: 1, b: 2, c: 3, d: 4, e: 5}", *rows, "")).encode()


UNSAFE = [
    pytest.param([member("web/a", tarfile.SYMTYPE, "/etc/passwd")], "link", id="symlink"),
    pytest.param([member("web/a", tarfile.LNKTYPE, "../b")], "link", id="hard-link"),
    pytest.param([member("web/a", tarfile.CHRTYPE)], "device or pipe", id="device"),
    pytest.param([member("web/a", tarfile.FIFOTYPE)], "device or pipe", id="pipe"),
    pytest.param([(tar_file("/web/Chart.yaml", 0), b"")], "absolute", id="absolute"),
    pytest.param([(tar_file("C:/web/x", 0), b"")], "absolute", id="drive"),
    pytest.param([(tar_file("web/c:\\x", 0), b"")], "absolute", id="drive-in-folder"),
    pytest.param([(tar_file("\\\\host\\share", 0), b"")], "absolute", id="share"),
    pytest.param([(tar_file("web/../../x", 0), b"")], "leads out", id="traversal"),
    pytest.param([(tar_file("web\\..\\..\\x", 0), b"")], "leads out", id="backslashes"),
    pytest.param([(tar_file("../web/x", 0), b"")], "leads out", id="parent-first"),
    pytest.param([(tar_file("web/a\x1b[2J", 0), b"")], "control characters", id="escape"),
    pytest.param([(tar_file("web/" + "a" * 2000, 0), b"")], "too long", id="long-name"),
    pytest.param([(tar_file("web/" + "a/" * 60 + "b", 0), b"")], "no path", id="deep-path"),
    pytest.param([(tar_file("Chart.yaml", 0), b"")], "chart's folder", id="no-folder"),
    pytest.param(
        [(tar_file("web/a", 0), b""), (tar_file("other/a", 0), b"")], "two folders", id="folders"
    ),
    pytest.param(
        [(tar_file("web/a", 0), b""), (tar_file("web/./a", 1), b"x")], "twice", id="twice"
    ),
]


@pytest.mark.parametrize(("members", "said"), UNSAFE)
def test_what_could_harm_whoever_unpacks_it_is_refused(
    members: list[tuple[tarfile.TarInfo, bytes]], said: str
) -> None:
    good = (tar_file("web/Chart.yaml", len(CHART)), CHART)
    with pytest.raises(RegistryError, match="cannot be read safely") as refused:
        read_chart(of_members([good, *members]), on="oci://h/a:1.2.3")
    assert said in refused.value.said
    assert refused.value.on == "oci://h/a:1.2.3"
    assert "helm package" in refused.value.todo
    assert str(refused.value).isprintable()


def test_a_name_that_is_not_utf8_is_refused() -> None:
    packed = io.BytesIO()
    with tarfile.open(
        fileobj=packed, mode="w:gz", encoding="latin-1", format=tarfile.GNU_FORMAT
    ) as tar:
        tar.addfile(tar_file("web/\xe9", 0))
    with pytest.raises(RegistryError, match="is not UTF-8"):
        read_chart(packed.getvalue())


def test_a_bomb_is_stopped_at_the_limit_and_not_after_it() -> None:
    bomb = gzip.compress(b"\0" * (8 * 1024 * 1024))
    started = time.perf_counter()
    for archive in (bomb, of_members([(tar_file("web/x", 4_000_000), b"\0" * 4_000_000)])):
        with pytest.raises(RegistryError, match="cannot be read safely"):
            read_chart(archive, limits=ArchiveLimits(total=100_000, file=50_000))
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (ArchiveLimits(total=4096), "unpacks to more than"),
        (ArchiveLimits(file=10), "has more than"),
        (ArchiveLimits(files=20), "more than 20 files"),
    ],
)
def test_too_much_of_anything_is_refused(limits: ArchiveLimits, said: str) -> None:
    archive = tgz({"Chart.yaml": CHART, **{f"f{n}": b"x" * 20 for n in range(40)}})
    read_chart(archive)
    with pytest.raises(RegistryError, match=said):
        read_chart(archive, limits=limits)


def test_folders_count_as_files_and_a_header_without_end_is_refused() -> None:
    folders = [member(f"web/d{n}", tarfile.DIRTYPE) for n in range(30)]
    with pytest.raises(RegistryError, match="more than 20 files"):
        read_files(of_members(folders), limits=ArchiveLimits(files=20))
    huge = tar_file("web/x", 0)
    huge.pax_headers = {"comment": "x" * 300_000}
    with pytest.raises(RegistryError, match="unpacks to more than"):
        read_files(of_members([(huge, b"")]), limits=ArchiveLimits(total=100_000))


def test_archives_within_archives_share_one_budget_and_end_somewhere() -> None:
    archive = tgz({"Chart.yaml": b"name: x\nversion: 1.0.0\n"}, folder="x/")
    for _ in range(7):
        archive = tgz({"Chart.yaml": CHART, "charts/x-1.0.0.tgz": archive}, folder="x/")
    with pytest.raises(RegistryError, match="archives in archives"):
        read_chart(archive)
    inner = tgz({"Chart.yaml": CHART, **{f"f{n}": b"" for n in range(15)}})
    outer = tgz({"Chart.yaml": CHART, "charts/a.tgz": inner, "charts/b.tgz": inner})
    with pytest.raises(RegistryError, match="more than 20 files"):
        read_chart(outer, limits=ArchiveLimits(files=20))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "has no Chart.yaml"),
        ({"Chart.yaml": b""}, "not the metadata"),
        ({"Chart.yaml": b"- a\n"}, "not the metadata"),
        ({"Chart.yaml": b"a: [\n"}, "is not YAML"),
        ({"Chart.yaml": b"name: web\n"}, "names no version"),
        ({"Chart.yaml": b"version: 1.0.0\n"}, "names no name"),
        ({"Chart.yaml": b"\xff\xfe"}, "is not UTF-8"),
        ({"Chart.yaml": b"name: &a [*a]\nversion: 1\n"}, "not the metadata"),
        ({"Chart.yaml": b"x: " + b"[" * 200_000}, "nested too deeply"),
        ({"Chart.yaml": b"x: " + b"[" * 300 + b"]" * 300}, "nested too deeply"),
        ({"Chart.yaml": CHART + chained(70)}, "not the metadata"),
        ({"Chart.yaml": CHART + merged(7)}, "too many values"),
        ({"Chart.yaml": b"!!python/object:os.system {}"}, "is not YAML"),
        ({"Chart.yaml": b"#" * 300_000}, "larger than metadata"),
        ({"Chart.yaml": CHART, "values.yaml": b"a: \xff"}, "values.yaml is not UTF-8"),
        ({"Chart.yaml": CHART, "charts/x/y": b""}, "has no Chart.yaml"),
        (
            {"Chart.yaml": CHART + b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
             b"b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
             b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"},
            "not the metadata",
        ),
    ],
)  # fmt: skip
def test_what_is_not_a_chart_is_said_so(content: dict[str, bytes], said: str) -> None:
    with pytest.raises(RegistryError, match="cannot be read") as refused:
        read_chart(tgz(content) if content else tgz({"x": b""}))
    assert said in refused.value.said
    assert "\x1b" not in str(refused.value)


def damaged() -> dict[str, bytes]:
    whole = tgz({"Chart.yaml": CHART, "values.yaml": b"a: 1\n" * 500})
    return {
        "empty": b"",
        "text": b"<html>",
        "zip": b"PK\x03\x04",
        "tar": gzip.decompress(whole),
        "half": whole[: len(whole) // 2],
        "no-checksum": whole[:-8],
        "wrong-checksum": whole[:-8] + bytes(8),
        "more-after-it": whole + b"more",
        "another-after-it": whole + whole,
        "no-tar": gzip.compress(b"hello" * 300),
        "nothing": gzip.compress(b""),
        "bit": whole[:40] + bytes([whole[40] ^ 0xFF]) + whole[41:],
    }


@pytest.mark.parametrize("how", damaged())
def test_a_damaged_archive_is_refused(how: str) -> None:
    with pytest.raises(RegistryError) as refused:
        read_chart(damaged()[how])
    assert refused.value.todo


@given(st.binary(max_size=600), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_end_in_anything_but_a_chart_or_our_error(
    noise: bytes, place: int, value: int
) -> None:
    whole = bytearray(tgz({"Chart.yaml": CHART, "templates/a": b"{{ . }}"}))
    whole[place % len(whole)] = value
    plain = bytearray(gzip.decompress(tgz({"Chart.yaml": CHART, "templates/a": b"{{ . }}"})))
    plain[place] = value
    for archive in (noise, b"\x1f\x8b" + noise, bytes(whole), gzip.compress(bytes(plain))):
        try:
            read_chart(archive)
        except RegistryError as error:
            assert error.todo  # noqa: PT017


_NAME = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,8}", fullmatch=True)


@given(
    st.dictionaries(
        st.lists(_NAME, min_size=1, max_size=3).map("/".join),
        st.binary(max_size=300),
        max_size=8,
    )
)
def test_what_was_packed_is_what_is_read(files: dict[str, bytes]) -> None:
    asked = {
        path: content
        for path, content in files.items()
        if not path.endswith(".tgz") and not any(o.startswith(f"{path}/") for o in files)
    }
    archive = tgz({"Chart.yaml": CHART, **asked})
    assert read_files(archive) == {"Chart.yaml": CHART, **asked}


@pytest.mark.real
def test_what_helm_packages_is_read_as_it_stands_in_the_checkout(
    filled_registry: OwnRegistry, tmp_path: Path, in_a_copy: Callable[[Path], Path]
) -> None:
    source = in_a_copy(CHARTS / "philotes-api")
    filled_registry.run_helm("package", str(source), "--version", "7.8.9", "-d", str(tmp_path))
    chart = read_chart((tmp_path / "philotes-api-7.8.9.tgz").read_bytes())
    assert chart.version == "7.8.9"
    assert chart.values == (source / "values.yaml").read_text()
    assert set(chart.templates) == {
        f"templates/{path.name}" for path in (source / "templates").iterdir()
    }


@pytest.fixture
def in_a_copy(tmp_path: Path) -> Callable[[Path], Path]:
    """Copy a folder of the checkout, for helm to package in peace."""

    def copy(folder: Path) -> Path:
        target = tmp_path / "source" / folder.name
        for path in folder.rglob("*"):
            if path.is_file():
                place = target / path.relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(path.read_bytes())
        return target

    return copy
