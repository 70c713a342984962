"""Many things attached to a version: read some at a time, once, and as far as time allows."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from philotes_tui.cache import BlobCache
from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry import BlobStore, ChartRegistry, Limits, NoCredentials
from philotes_tui.registry.signature_content import SIMPLE_SIGNING
from tests.registry.fake_charts import BUNDLE, NAME, Charts, descriptor, digest_of
from tests.registry.fake_registry import FakeRegistry, Reply, Request
from tests.registry.test_attached import by_tag, untold
from tests.registry.test_signature_content import bundle

AT_ONCE = 8
SHORT = Limits(deadline=0.7, connect=0.5, retries=0)


def registry(
    fake: FakeRegistry, blobs: BlobStore | None = None, limits: Limits | None = None
) -> ChartRegistry:
    limits = limits or Limits(deadline=20, connect=5, retries=0)
    return ChartRegistry(fake.folder, credentials=NoCredentials(), limits=limits, blobs=blobs)


def together(charts: Charts, digests: list[str]) -> Callable[[Request], Reply]:
    """Answer for these only when so many of them are asked for at a time."""
    meeting = threading.Barrier(AT_ONCE, timeout=3)

    def answer(request: Request) -> Reply:
        if request.path.rpartition("/")[2] in digests:
            meeting.wait()
        return charts(request)

    return answer


def test_what_does_not_say_what_it_is_is_asked_for_some_at_a_time() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    listed = [untold(charts, BUNDLE, number) for number in range(2 * AT_ONCE)]
    by_tag(charts, digest, *listed)
    with FakeRegistry(together(charts, [each["digest"] for each in listed])) as fake:
        found = asyncio.run(registry(fake).details("1.0.0")).signatures
    assert [each.digest for each in found] == [each["digest"] for each in listed]


def test_the_bundles_of_a_version_are_read_some_at_a_time_and_come_in_order() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    contents = [b'{"n": %d}' % number for number in range(2 * AT_ONCE)]
    listed = [bundle(charts, content) for content in contents]
    by_tag(charts, digest, *listed)
    with FakeRegistry(together(charts, [each["digest"] for each in listed])) as fake:
        found = asyncio.run(registry(fake).signed_content(digest))
    assert [layer.content for layer in found.layers] == contents
    assert list(found.manifests) == [each["digest"] for each in listed]


def test_the_signatures_in_one_manifest_are_read_some_at_a_time_and_come_in_order() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    payloads = [charts.blob(b'{"n": %d}' % number) for number in range(2 * AT_ONCE)]
    layers = [descriptor(SIMPLE_SIGNING, each) for each in payloads]
    content = json.dumps({"schemaVersion": 2, "layers": layers}).encode()
    charts.manifest(content, f"{digest.replace(':', '-')}.sig")
    with FakeRegistry(together(charts, [digest_of(each) for each in payloads])) as fake:
        found = asyncio.run(registry(fake).signed_content(digest))
    assert [layer.content for layer in found.layers] == payloads


def test_what_is_attached_is_asked_for_once(tmp_path: Path) -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    listed = [untold(charts, BUNDLE, number) for number in range(3)]
    by_tag(charts, digest, *listed)
    with FakeRegistry(charts) as fake:
        for _ in range(2):
            found = asyncio.run(registry(fake, BlobCache(tmp_path)).details("1.0.0"))
            assert len(found.signatures) == 3
        for each in listed:
            assert fake.asked().count(f"GET {NAME}/manifests/{each['digest']}") == 1


def test_one_that_is_not_sent_in_time_hides_no_signature() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    late, signature = untold(charts, BUNDLE), bundle(charts)
    charts.override[f"GET {NAME}/manifests/{late['digest']}"] = lambda _: Reply(silent=True)
    by_tag(charts, digest, late, signature)
    with FakeRegistry(charts) as fake:
        chart = registry(fake, limits=SHORT)
        found = asyncio.run(chart.details("1.0.0"))
        content = asyncio.run(chart.signed_content(digest))
    assert [each.digest for each in found.signatures] == [signature["digest"]]
    assert len(content.layers) == 1
    assert "no complete answer within 0.7 seconds" in content.unread.why


def test_where_none_is_sent_in_time_it_is_not_called_unsigned() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    late = untold(charts, BUNDLE)
    charts.override[f"GET {NAME}/manifests/{late['digest']}"] = lambda _: Reply(silent=True)
    by_tag(charts, digest, late)
    with FakeRegistry(charts) as fake:
        chart = registry(fake, limits=SHORT)
        with pytest.raises(RegistryUnreachable, match=r"within 0\.7 seconds"):
            asyncio.run(chart.details("1.0.0"))
        with pytest.raises(RegistryUnreachable, match=r"within 0\.7 seconds"):
            asyncio.run(chart.signed_content(digest))
