"""`versions`: what is listed, how it is chosen, and what is said beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.charts import NEWEST_FIRST, ROOT, publish, shell_for
from tests.commands.shell import Ended, Shell
from tests.registry.conftest import OwnRegistry, running_registry
from tests.signing.cosign import offline_cosign
from tests.terminal.driver import Terminal

pytestmark = pytest.mark.real

HEADS = ["VERSION", "KIND"]


def listed(ended: Ended) -> list[str]:
    """Return the first column of a table without its head."""
    assert ended.code == 0, ended.err
    return [line.split()[0] for line in ended.out.splitlines()[1:]]


def test_versions_are_listed_newest_first_in_aligned_columns(reader: Shell) -> None:
    ended = reader.run("versions")
    assert listed(ended) == list(NEWEST_FIRST)
    lines = ended.out.splitlines()
    assert lines[0].split() == HEADS
    assert len({line.index(f" {line.split()[1]}") for line in lines}) == 1
    assert "\t" not in ended.out
    assert "\x1b" not in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--constraint", "^0.2"), ["0.2.1+build.5", "0.2.0"]),
        (("--constraint", "<0.2 || 0.3.x"), ["0.1.0"]),
        (("--constraint", ">=0.3.0-0"), ["0.3.0-rc.1"]),
        (("--constraint", "0.x", "--channel", "all"), list(NEWEST_FIRST)),
        (("--channel", "stable"), ["0.2.1+build.5", "0.2.0", "0.1.0"]),
        (("--channel", "RC"), ["0.3.0-rc.1"]),
        (("--limit", "2"), ["0.3.0-rc.1", "0.2.1+build.5"]),
        (("--channel", "stable", "--limit", "1"), ["0.2.1+build.5"]),
    ],
)
def test_versions_are_chosen_as_helm_chooses_them(
    reader: Shell, options: tuple[str, ...], expected: list[str]
) -> None:
    assert listed(reader.run("versions", *options)) == expected
    document = reader.run("versions", *options, "--json").json
    assert [each["version"] for each in document["versions"]] == expected


def test_a_constraint_that_does_not_parse_is_pointed_at(reader: Shell) -> None:
    ended = reader.run("versions", "--constraint", "^0.2 >=a")
    assert (ended.code, ended.out) == (2, "")
    constraint, caret = (line for line in ended.err.splitlines() if line.startswith("  "))
    assert constraint.strip() == "^0.2 >=a"
    assert caret.index("^") == constraint.index("a")
    assert reader.run("versions", "--constraint", "^0.2 >=a", "--json").json["error"]["kind"] == (
        "usage"
    )


def test_where_nothing_fits_it_is_said_what_there_is(reader: Shell) -> None:
    ended = reader.run("versions", "--channel", "beta")
    assert (ended.code, ended.out.split()) in [(0, []), (0, ["VERSION", "KIND"])]
    assert "None of the 4 versions" in ended.err
    assert "rc, stable" in ended.err
    assert "None of the 4 versions" in reader.run("versions", "--channel", "beta").err


def test_options_that_contradict_each_other_are_refused(reader: Shell) -> None:
    ended = reader.run("versions", "--offline", "--fresh")
    assert (ended.code, ended.out) == (2, "")
    assert "Either --fresh, which asks the registry, or --offline" in ended.err
    empty = reader.run("--registry", "", "versions")
    assert (empty.code, empty.out) == (2, "")
    assert "--registry is empty" in empty.err


def test_an_address_with_the_name_of_the_chart_in_it_is_told_without(
    reader: Shell, chart_registry: OwnRegistry
) -> None:
    named = f"{chart_registry.charts}/philotes"
    told = reader.run("--registry", named, "versions").told(5, "has nothing called")
    assert f"Leave the chart's name out of the address: {chart_registry.charts}." in told
    plain = chart_registry.charts.replace("oci://", "http://")
    told = reader.run("--registry", plain, "versions").told(3, "is not how an OCI registry")
    assert f"Write {chart_registry.charts} and turn on plain HTTP" in told
    reader.run("--registry", "oci://", "versions").told(3, "The host is missing")


def test_details_are_those_of_each_version(reader: Shell, chart_registry: OwnRegistry) -> None:
    document = reader.run("versions", "--details", "--json").json
    assert [each["version"] for each in document["versions"]] == list(NEWEST_FIRST)
    for each in document["versions"]:
        told = chart_registry.run_helm(
            *("show", "chart", f"{chart_registry.charts}/philotes"),
            *("--version", each["version"], "--plain-http"),
        )
        assert f"Digest: {each['digest']}" in told
        assert f"appVersion: {each['app_version']}" in told
        assert each["signed"] is False
        assert each["deprecated"] is False
        assert each["size"] > 1000
        assert each["created"].endswith("+00:00")


def test_a_table_of_details_has_one_row_for_each_version(reader: Shell) -> None:
    ended = reader.run("versions", "--details")
    assert listed(ended) == list(NEWEST_FIRST)
    head, first, *_ = ended.out.splitlines()
    columns = ("APP VERSION", "CREATED", "DIGEST", "SIZE", "SIGNED", "DEPRECATED")
    assert [head.index(column) for column in columns] == sorted(map(head.index, columns))
    assert "KiB" in first
    assert " ago " in first


def test_a_reader_that_leaves_is_no_error(reader: Shell) -> None:
    command = " ".join(f"'{part}'" for part in reader.command("versions", "--details"))
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"],
        env=reader.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.split()[:2] == HEADS
    assert done.stderr == ""


def test_versions_are_counted_on_a_terminal_while_the_rows_go_elsewhere(reader: Shell) -> None:
    rows = reader.folder / "rows"
    command = " ".join(f"'{part}'" for part in reader.command("versions", "--details"))
    shell = ["bash", "-c", f"{command} > {rows}"]
    with Terminal(shell, reader.environment) as terminal:
        assert terminal.wait_for_exit() == 0
        received = bytes(terminal.received)
    assert b"\r4 of 4 versions" in received
    assert terminal.text.strip() == ""
    assert len(rows.read_text().splitlines()) == 5
    assert "of 4" not in reader.run("versions", "--details").err


def test_offline_shows_what_was_seen_and_says_how_old_it_is(reader: Shell) -> None:
    online = reader.run("versions", "--details", "--json").json
    assert online["cached"] is False
    offline = reader.run("versions", "--details", "--offline", "--json")
    assert offline.json["cached"] is True
    assert offline.json["seen"] == online["seen"]
    assert "the registry was not asked" in offline.err
    for now, then in zip(offline.json["versions"], online["versions"], strict=True):
        assert now["digest"] == then["digest"]
        assert now["signed"] is None  # nobody can tell without asking


def test_offline_without_anything_seen_says_what_to_do(reader: Shell) -> None:
    reader.run("versions", "--offline").told(4, "was never listed before", "without --offline")


def test_a_registry_that_is_down_offers_what_was_seen(
    registry_programs: dict[str, Path], tmp_path: Path
) -> None:
    store = tmp_path / "registry"
    store.mkdir()
    with running_registry(store, registry_programs) as registry:
        registry.push("1.0.0", "1.1.0")
        shell = shell_for(registry.charts, tmp_path)
        assert listed(shell.run("versions")) == ["1.1.0", "1.0.0"]
        assert shell.run("show", "1.1.0").code == 0
    shell.run("show", "1.1.0").told(4, "Nothing listens", "--offline shows the 2 versions")
    assert "philotes 1.1.0" in shell.run("show", "1.1.0", "--offline").out
    down = shell.run("versions", "--json")
    assert down.json["error"]["kind"] == "registry-unreachable"
    down.told(4, "Nothing listens", "--offline shows the 2 versions that were seen")
    assert listed(shell.run("versions", "--offline")) == ["1.1.0", "1.0.0"]


def test_new_gone_and_moved_versions_are_announced(
    registry_programs: dict[str, Path], tmp_path: Path
) -> None:
    store = tmp_path / "registry"
    store.mkdir()
    with running_registry(store, registry_programs) as registry:
        registry.push("1.0.0", "1.1.0")
        shell = shell_for(registry.charts, tmp_path)
        first = shell.run("versions", "--details", "--json")
        assert (first.json["changes"], first.err) == ([], "")
        registry.push("1.2.0")
        tags = registry.folder.glob("store/**/repositories/charts/philotes/_manifests/tags/1.0.0")
        for tag in tags:
            tag.rename(tmp_path / "gone")
        (registry.folder / "philotes" / "values.yaml").write_text("changed: true\n")
        registry.push("1.1.0")
        second = shell.run("versions", "--details", "--json")
        was = {each["tag"]: each["digest"] for each in first.json["versions"]}
        now = {each["tag"]: each["digest"] for each in second.json["versions"]}
        assert second.json["changes"] == [
            {"change": "moved", "tag": "1.1.0", "was": was["1.1.0"], "now": now["1.1.0"]},
            {"change": "new", "tag": "1.2.0"},
            {"change": "gone", "tag": "1.0.0"},
        ]
        assert "MOVED to other content: 1.1.0" in second.err
        assert "new: 1.2.0" in second.err
        assert "gone: 1.0.0" in second.err
        third = shell.run("versions", "--details", "--json")
        assert (third.json["changes"], third.err) == ([], "")


def test_signatures_are_no_versions_that_are_announced(
    chart_registry: OwnRegistry, cosign: Path, tmp_path: Path
) -> None:
    folder = f"oci://{chart_registry.host}/announced"
    publish(chart_registry, "1.0.0", folder=folder)
    shell = shell_for(folder, tmp_path)
    digest = shell.run("versions", "--details", "--json").json["versions"][0]["digest"]
    home = tmp_path / "signer"
    home.mkdir()
    with offline_cosign(cosign, home) as signer:
        signer.sign(f"{folder.removeprefix('oci://')}/philotes@{digest}", signer.key_pair("a"))
    ended = shell.run("versions", "--details", "--json")
    assert ended.err == ""
    (version,) = ended.json["versions"]
    assert version["signed"] is True
    assert [each["kind"] for each in version["signatures"]] == ["sigstore"]
    (other,) = ended.json["others"]
    assert other["usable"] is False
    offline = shell.run("versions", "--details", "--offline", "--json").json["versions"][0]
    assert (offline["signed"], offline["signatures"]) == (True, version["signatures"])
    assert "signature" in shell.run("versions", "--all").out


def test_listing_versions_imports_nothing_that_it_does_not_need(reader: Shell) -> None:
    code = (
        "import sys\n"
        "from philotes_tui.cli.main import run\n"
        "code = run(sys.argv[1:])\n"
        "print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)\n"
        "print(*(m for m in sys.modules if m.startswith('philotes_tui')), file=sys.stderr)\n"
        "raise SystemExit(code)\n"
    )
    arguments = reader.command("versions", "--json")[3:]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=reader.environment,
        cwd=os.fspath(ROOT),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    imported, own = (set(line.split()) for line in done.stderr.splitlines())
    assert "philotes_tui.cli.versions" in own
    assert not imported & {
        "pulumi",
        "textual",
        "rich",
        "grpc",
        "google",
        "ruamel",
        "yaml",
        "semver",
    }
    unused = ("engine", "tui", "toolchain", "cluster", "demo", "publishing", "verification")
    assert not [m for m in own if m.split(".")[1:2] and m.split(".")[1] in unused]


def test_tags_that_are_usable_by_name_alone_are_named(
    registry_programs: dict[str, Path], tmp_path: Path
) -> None:
    store = tmp_path / "registry"
    store.mkdir()
    with running_registry(store, registry_programs) as registry:
        registry.push("1.2.3")
        (tags,) = registry.folder.glob("store/**/repositories/charts/philotes/_manifests/tags")
        (tags / "1.2.3").rename(tags / "v1.2.3")
        shell = shell_for(registry.charts, tmp_path)
        ended = shell.run("versions")
        assert ended.code == 0
        assert "usable by name, and listed with --all: v1.2.3." in ended.err
        shell.run("show", "latest").told(5, "usable by name: v1.2.3")


@pytest.mark.parametrize("trouble", ["a file", "below a file"])
def test_a_cache_that_cannot_be_used_is_told(reader: Shell, tmp_path: Path, trouble: str) -> None:
    place = tmp_path / "place"
    if trouble == "a file":
        (place / "registry").mkdir(parents=True)
        (place / "registry" / "tags").write_text("")
    else:
        place.write_text("")
    for asked in (("versions",), ("show", "0.2.0")):
        ended = reader.run(*asked, PHILOTES_TUI_CACHE=str(place))
        assert ended.code == 0
        assert "The cache" in ended.err
    offline = reader.run("versions", "--offline", PHILOTES_TUI_CACHE=str(place))
    assert "Run it once without" not in offline.told(4, "The cache")
