"""Charts that were seen once: by digest nothing is asked twice, and offline nothing at all."""

import asyncio
import threading
from pathlib import Path

import pytest

from philotes_tui.cache import BlobCache
from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry import ChartRegistry, NoCredentials
from tests.registry.fake_charts import Charts, digest_of
from tests.registry.fake_registry import FakeRegistry
from tests.registry.test_archive import tgz
from tests.registry.test_details import LIMITS

ARCHIVE = tgz(
    {"Chart.yaml": b"apiVersion: v2\nname: philotes\nversion: 1.0.0\n", "values.yaml": b"a: 1\n"}
)


def charts(fake: FakeRegistry, folder: Path, seen: dict[str, str] | None = None) -> ChartRegistry:
    blobs = BlobCache(folder)
    return ChartRegistry(
        fake.folder, credentials=NoCredentials(), limits=LIMITS, blobs=blobs, seen=seen
    )


def test_a_digest_that_was_read_is_not_asked_for_again(tmp_path: Path) -> None:
    published = Charts()
    published.add("1.0.0", archive=ARCHIVE)
    with FakeRegistry(published) as fake:
        chart = charts(fake, tmp_path)
        details = asyncio.run(chart.details("1.0.0", signatures=False))
        assert chart.requests == 2
        asyncio.run(chart.package(details.digest))
        assert chart.requests == 3  # the archive alone
        asyncio.run(chart.chart(details.digest))
        assert chart.requests == 3
        asyncio.run(chart.details("1.0.0", signatures=False))
        assert chart.requests == 4  # a tag may have moved


def test_offline_nothing_is_asked_and_what_was_seen_is_there(tmp_path: Path) -> None:
    published = Charts()
    published.add("1.0.0", archive=ARCHIVE)
    published.add("2.0.0", archive=ARCHIVE)
    with FakeRegistry(published) as fake:
        online = charts(fake, tmp_path)
        details = asyncio.run(online.details("1.0.0", signatures=False))
        content = asyncio.run(online.chart("1.0.0"))
        asked = len(fake.requests)
        offline = charts(fake, tmp_path, {"1.0.0": details.digest})
        assert asyncio.run(offline.digest("1.0.0")) == details.digest
        assert asyncio.run(offline.details("1.0.0")) == details
        assert asyncio.run(offline.chart("1.0.0")) == content
        assert asyncio.run(offline.signatures("1.0.0")) == ()
        with pytest.raises(RegistryUnreachable, match="not among what was seen before"):
            asyncio.run(offline.details("2.0.0"))
        assert len(fake.requests) == asked
        assert offline.requests == 0


def test_offline_the_registry_is_not_asked_for_what_only_it_can_tell(tmp_path: Path) -> None:
    published = Charts()
    digest = digest_of(published.add("1.0.0", archive=ARCHIVE))
    with FakeRegistry(published) as fake:
        offline = charts(fake, tmp_path, {"1.0.0": digest})
        for ask in (offline.tags, offline.catalog, lambda: offline.signed_content(digest)):
            with pytest.raises(RegistryUnreachable, match="the registry is not asked"):
                asyncio.run(ask())
        assert not fake.requests


def test_what_was_seen_is_nothing_without_the_store_that_holds_it() -> None:
    with pytest.raises(ValueError, match="store of blobs"):
        ChartRegistry("oci://127.0.0.1:5000/charts", seen={})


def test_what_is_damaged_is_as_good_as_never_seen(tmp_path: Path) -> None:
    published = Charts()
    published.add("1.0.0", archive=ARCHIVE)
    with FakeRegistry(published) as fake:
        details = asyncio.run(charts(fake, tmp_path).details("1.0.0", signatures=False))
        kept = tmp_path / "blobs" / details.digest.replace(":", "/")
        kept.write_bytes(kept.read_bytes().replace(b"1.0.0", b"6.6.6"))
        offline = charts(fake, tmp_path, {"1.0.0": details.digest})
        with pytest.raises(RegistryUnreachable):
            asyncio.run(offline.details("1.0.0"))


class Held(BlobCache):
    """A cache that notes which threads wait for it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.waiting: set[int] = set()

    def get(self, digest: str) -> bytes | None:
        self.waiting.add(threading.get_ident())
        return super().get(digest)

    def put(self, digest: str, content: bytes) -> bool:
        self.waiting.add(threading.get_ident())
        return super().put(digest, content)


def test_a_cache_that_others_hold_up_holds_up_no_other_question(tmp_path: Path) -> None:
    published = Charts()
    published.add("1.0.0", archive=ARCHIVE)
    held = Held(tmp_path)
    with FakeRegistry(published) as fake:
        chart = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS, blobs=held)
        for _ in range(2):
            details = asyncio.run(chart.details("1.0.0"))
            asyncio.run(chart.package(details.digest))
    assert held.waiting
    assert threading.get_ident() not in held.waiting  # where the answers are waited for
