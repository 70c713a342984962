"""A release from its first look to its last comparison, on a real registry with real Helm."""

import json
import os
import signal
import subprocess
import threading
import urllib.request

import pytest

from tests.publishing.conftest import (
    NAMES,
    ROOT,
    Publisher,
    contents,
    tags,
)
from tests.publishing.front import running_front
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real

NOWHERE = "oci://127.0.0.1:1/charts"


def changed(publisher: Publisher, file: str = "philotes-worker/values.yaml") -> None:
    with (publisher.charts / file).open("a") as opened:
        opened.write("# changed\n")


def test_all_charts_are_published_and_each_is_told_with_its_digest(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    summary = publisher.folder / "summary.md"
    summary.write_text("before\n")
    ran = publisher("0.4.0", "--summary", summary)
    assert (ran.code, ran.errors) == (0, "")
    lines = []
    for name in NAMES:
        url = f"http://{own_registry.host}/v2/{path}/{name}/manifests/0.4.0"
        accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(url, headers=accept, method="HEAD")
        with direct.open(request, timeout=10) as answer:
            digest = answer.headers["Docker-Content-Digest"]
        reference = f"{publisher.registry}/{name}:0.4.0"
        lines.append(f"{reference}@{digest}  pushed")
        assert f"| {name} | `{reference}` | `{digest}` | pushed |" in summary.read_text()
        assert ran.digests[name] == digest
    assert ran.output.splitlines() == lines
    assert summary.read_text().startswith("before\n### Charts 0.4.0\n")
    assert (ran.release["version"], ran.release["registry"]) == ("0.4.0", publisher.registry)


def test_publishing_the_same_content_again_changes_nothing(
    publisher: Publisher, own_registry: OwnRegistry
) -> None:
    first = publisher("0.4.0")
    before = contents(own_registry.folder / "store")
    # Another commit, another time: the same files are the same release.
    second = publisher("0.4.0", variables={"SOURCE_DATE_EPOCH": "1700000000"})
    assert second.code == 0
    assert set(second.states.values()) == {"already there"}
    assert second.digests == first.digests
    assert contents(own_registry.folder / "store") == before


def test_other_content_is_refused_before_anything_is_pushed(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    first = publisher("0.4.0")
    url = f"http://{own_registry.host}/v2/{path}/lakekeeper/manifests/{first.digests['lakekeeper']}"
    request = urllib.request.Request(url, method="DELETE")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
    changed(publisher)
    before = contents(own_registry.folder / "store")
    ran = publisher("0.4.0")
    assert (ran.code, ran.output, ran.release) == (5, "", {})
    assert "Version 0.4.0 is published with other content, so nothing was pushed" in ran.errors
    for name in ("philotes-worker", "philotes"):
        assert f"{name} ({first.digests[name]}): " in ran.errors
    assert "philotes-worker/values.yaml differs" in ran.errors
    assert "philotes-api" not in ran.errors
    assert contents(own_registry.folder / "store") == before


def test_a_release_cut_half_way_shows_no_umbrella_and_is_completed_by_a_second_run(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    def refuse(request: str) -> int:
        return 403 if request.startswith("PUT ") and "/philotes-worker/manifests/" in request else 0

    with running_front(own_registry.host, refuse) as front:
        cut = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
        assert cut.code == 4
        assert "philotes-worker-0.4.0 could not be pushed" in cut.errors
        assert "403" in cut.errors
        assert "run this again: what is published already is kept" in cut.errors
        assert "philotes" not in tags(own_registry, path)
        assert front.pushed() == ["lakekeeper", "philotes-api", "philotes-worker"]
        front.refuse = lambda _: 0
        front.seen.clear()
        ran = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
        assert front.pushed() == ["philotes-worker", "philotes"]
    assert ran.code == 0
    assert list(ran.states.items()) == [
        ("lakekeeper", "already there"),
        ("philotes-api", "already there"),
        ("philotes-worker", "pushed"),
        ("philotes", "pushed"),
    ]


def test_a_chart_that_cannot_be_pulled_back_by_its_digest_is_told(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    with running_front(own_registry.host) as front:

        def refuse(request: str) -> int:
            tagged = f"PUT /v2/{path}/lakekeeper/manifests/0.4.0" in front.seen
            return 404 if tagged and request.startswith("GET ") else 0

        front.refuse = refuse
        ran = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
    assert ran.code == 1
    assert "What was pulled back is not what was pushed" in ran.errors
    assert "lakekeeper@sha256:" in ran.errors


def test_an_owner_with_capitals_is_written_small_and_told(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    ran = publisher("0.4.0", registry=publisher.registry.replace(path, f"{path}/AcMe"))
    assert ran.code == 0
    assert f"publishes to {publisher.registry}/acme" in ran.errors
    assert set(tags(own_registry, f"{path}/acme")) == set(NAMES)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["v1.2.3"], "Leave out the “v”: 1.2.3"),
        (["1.2"], "“1.2” is not a SemVer version"),
        (["--tag", "1.2.3"], "The tag “1.2.3” names no version, so nothing was published"),
        (["--tag", "vv1.2.3"], "The tag “vv1.2.3” names no version"),
        (["--tag", "v1.02.3"], "The tag “v1.02.3” names no version"),
    ],
)
def test_what_is_no_version_is_refused_before_the_registry_is_asked(
    publisher: Publisher, arguments: list[str], told: str
) -> None:
    ran = publisher(*arguments, registry=NOWHERE)
    assert ran.code == 3
    assert told in ran.errors


def test_a_check_tells_and_pushes_nothing(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    ran = publisher("0.4.0", "--check")
    assert (ran.code, set(ran.states.values())) == (0, {"not published"})
    assert tags(own_registry, path) == {}
    publisher("0.4.0")
    ran = publisher("0.4.0", "--check")
    assert (ran.code, set(ran.states.values())) == (0, {"already there"})
    changed(publisher)
    assert publisher("0.4.0", "--check").code == 5


def test_the_checkout_is_left_as_it_was(publisher: Publisher) -> None:
    before = contents(publisher.charts)
    assert publisher("0.4.0").code == 0
    assert contents(publisher.charts) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_no_file_and_no_process(
    publisher: Publisher, own_registry: OwnRegistry, path: str, number: signal.Signals
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold(request: str) -> int:
        if request.startswith("PUT "):
            reached.set()
            go_on.wait(60)
            return 503
        return 0

    with running_front(own_registry.host, hold) as front:
        running = subprocess.Popen(
            publisher.command("--plain-http", "0.4.0", registry=f"oci://{front.host}/{path}"),
            cwd=ROOT,
            env=publisher.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert reached.wait(60)
            assert list(publisher.temporary.iterdir()) != []
            running.send_signal(number)
            output, errors = running.communicate(timeout=30)
        finally:
            go_on.set()
            running.kill()
    assert (running.returncode, output) == (128 + number, "")
    assert errors.startswith("Stopped. Run it again:")
    assert len(errors.splitlines()) == 1
    assert list(publisher.temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
    assert publisher("0.4.0").code == 0


def test_json_names_the_release_whole(publisher: Publisher) -> None:
    ran = publisher("0.4.0+b.1")
    assert list(ran.release) == ["version", "registry", "charts"]
    umbrella = ran.release["charts"][-1]
    assert json.dumps(list(umbrella)) == '["name", "reference", "digest", "state"]'
    assert umbrella["reference"] == f"{publisher.registry}/philotes:0.4.0_b.1"
