"""How published versions are told: in rows, and as JSON."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from philotes_tui.cli.listing import as_document, cells, kind
from philotes_tui.cli.output import table
from philotes_tui.cli.published import Listing
from philotes_tui.releases import Catalog, ChartDetails, Release, Version

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DETAILS = ChartDetails(
    Version("0.3.0"), "0.3.0", "sha256:1", 1, own_name="philotes", own_version="0.3.0"
)


@pytest.mark.parametrize(
    ("name", "version", "last"),
    [
        ("philotes", "0.3.0", "no"),
        ("philotes", "0.2.9", "no  ! it calls itself version 0.2.9"),
        ("foo", "0.3.0", "no  ! it calls itself foo, not philotes"),
    ],
)
def test_a_row_says_where_the_chart_calls_itself_otherwise(
    name: str, version: str, last: str
) -> None:
    details = replace(DETAILS, own_name=name, own_version=version)
    assert cells(details, NOW)[-1] == last
    release = Release(details.version, details.tag)
    listing = Listing(Catalog((release,)), 0.0)
    document = as_document(
        listing, [release], registry="oci://here", where={}, details={details.tag: details}
    )
    versions = document["versions"]
    assert isinstance(versions, list)
    assert versions[0]["names_itself"] == {"name": name, "version": version}


def test_a_long_version_widens_no_column_for_the_others() -> None:
    long = Version(f"1.0.0-{'a' * 122}")
    assert kind(Release(long, long.text)) == "a" * 15 + "…"
    rows = [(long.text, "stable"), ("0.2.0", "stable")]
    head, first, second = table(("VERSION", "KIND"), rows, widest=40).splitlines()
    assert first.startswith(long.text)
    assert head.index("KIND") == second.index("stable") == 42
