"""How many requests a command costs: exact, counted on the way to a real registry."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.distance import at_distance
from tests.commands.charts import VERSIONS, shell_for
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real

Cost = Callable[..., int]
ALL = len(VERSIONS)
DETAILS = ("versions", "--details", "--json")


@pytest.fixture
def cost(chart_registry: OwnRegistry, tmp_path: Path) -> Iterator[Cost]:
    """Runs a command of somebody who has seen nothing yet, and tells how much it asked."""
    with at_distance(int(chart_registry.host.rpartition(":")[2]), 0) as counter:
        shell = shell_for(f"oci://127.0.0.1:{counter.port}/charts", tmp_path)

        def run(*arguments: str, code: int = 0) -> int:
            before = counter.requests
            ended = shell.run(*arguments)
            assert ended.code == code, ended.err
            return counter.requests - before

        yield run


def test_a_listing_costs_one_request_and_none_right_after(cost: Cost) -> None:
    assert cost("versions", "--json") == 1
    assert cost("versions", "--json") == 0
    assert cost("versions", "--json", "--fresh") == 1


def test_details_cost_two_requests_a_version_and_one_when_its_config_is_kept(cost: Cost) -> None:
    tags = signatures = 1
    assert cost(*DETAILS) == tags + signatures + 2 * ALL
    assert cost(*DETAILS) == tags + signatures + ALL
    assert cost(*DETAILS, "--limit", "1") == tags + signatures + 1
    assert cost(*DETAILS, "--offline") == 0


def test_showing_a_version_costs_three_requests_and_what_signatures_cost(cost: Cost) -> None:
    tags = manifest = config = archive = api = 1
    assert cost("show", "0.2.0") == tags + manifest + config + archive + api
    two_tags = 2  # in the place of the API; not asked for where the list of tags was just read
    assert cost("show", "0.2.0") == manifest + api + two_tags
    assert cost("show", "0.1.0") == manifest + config + archive + api + two_tags
    assert cost("show", "0.2.0", "values") == manifest
    assert cost("show", "=0.2.0", "values") == tags + manifest
    assert cost("show", "0.2.0", "--offline") == 0


def test_verifying_a_version_costs_what_showing_it_costs(cost: Cost) -> None:
    assert cost("versions") == 1
    manifest = config = archive = 1
    signatures = 3
    assert cost("verify", "0.2.0", code=1) == manifest + config + archive + signatures
    assert cost("verify", "0.2.0", code=1) == manifest + signatures


def test_comparing_versions_costs_three_requests_each_and_one_once_they_were_read(
    cost: Cost,
) -> None:
    assert cost("versions") == 1
    assert cost("diff", "0.1.0", "0.2.0") == 2 * 3
    assert cost("diff", "0.1.0", "0.2.0") == 2
