"""Two runs that publish one version at the same time, on a real registry with real Helm."""

from collections.abc import Mapping, Sequence

import pytest

from philotes_tui.publishing import AlreadyPublished, ChartFolder, Helm, Packaging, Target
from philotes_tui.publishing.helm import Finished, run_program
from philotes_tui.publishing.packages import Package, package_charts
from philotes_tui.publishing.release import PublishedChart, look, publish
from tests.publishing.conftest import NAMES, Publisher, tags
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real


def packaged(publisher: Publisher, name: str) -> tuple[Package, ...]:
    helm = Helm(publisher.helm, publisher.folder / name / "cache")
    return package_charts(
        publisher.charts, publisher.folder / name / "made", Packaging("0.4.0", helm, 1_000_000_000)
    )


@pytest.mark.parametrize("moved", NAMES)
def test_a_tag_that_another_run_moved_in_between_is_told_with_both_digests(
    publisher: Publisher, own_registry: OwnRegistry, moved: str
) -> None:
    ours = packaged(publisher, "ours")
    with (publisher.charts / moved / "values.yaml").open("a") as values:
        values.write("# of another run\n")
    other = next(package for package in packaged(publisher, "other") if package.name == moved)
    theirs: list[str] = []

    def run(argv: Sequence[str], variables: Mapping[str, str], stdin: bytes = b"") -> Finished:
        done = run_program(argv, variables, stdin)
        # Once the umbrella is read back, every chart of this run was pushed and compared.
        if argv[1] == "pull" and f"{publisher.registry}/philotes@" in argv[2]:
            second = Helm(publisher.helm, publisher.folder / "second", plain_http=True)
            theirs.append(second.push(other.archive, publisher.registry))
        return done

    helm = Helm(publisher.helm, publisher.folder / "cache", plain_http=True, run=run)
    target = Target(ChartFolder.parse(publisher.registry), helm, publisher.folder / "scratch")
    told: list[PublishedChart] = []
    there = look(target, ours)
    with pytest.raises(AlreadyPublished, match=r"Another run published version 0\.4\.0") as raised:
        publish(target, ours, there=there, tell=told.append)
    pushed = {chart.name: chart.digest for chart in told}
    assert raised.value.exit_code == 5
    assert raised.value.said == (
        f"{moved}: its tag names {theirs[0]}, this run published {pushed[moved]}"
    )
    assert "publish the next version" in raised.value.todo
    assert set(tags(own_registry, publisher.registry.rpartition("/")[2])) == set(NAMES)
