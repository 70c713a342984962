"""Which cluster an operation is for: what is told of it, recorded, and refused."""

import dataclasses
from pathlib import Path

import pulumi
import pytest

from philotes_tui.engine import Change, Kind, Target
from philotes_tui.engine.cluster_identity import ClusterIdentity, cluster_of
from philotes_tui.engine.facts import Facts, facts_of_config
from philotes_tui.engine.pulumi.failure import Failure
from philotes_tui.engine.pulumi.failures import error_of
from philotes_tui.engine.stack_file import StackFile
from philotes_tui.engine.values import UNKNOWN
from philotes_tui.errors import ClusterMismatch
from philotes_tui.releases import RegistryChart, Version
from tests.engine.conftest import Heard, SmallEngine, change

HERE = "0a1b2c3d-0000-4000-8000-000000000001"
THERE = "9f8e7d6c-0000-4000-8000-000000000002"
TARGET = Target("dev", "dev", "lake", "eu", "https://eu.test", "oci://x.test/charts")


def asked(seen: list[str | None]) -> None:
    """Keep which cluster the configuration asks for, and tell of the one reached."""
    seen.append(pulumi.Config("philotes").get("clusterId"))
    pulumi.export("version", pulumi.Config("philotes").get("chartVersion"))
    pulumi.export("source", "registry")
    pulumi.export("digest", "sha256:aa")
    pulumi.export("images", ["x.test/api:0.1.0"])
    pulumi.export("clusterId", HERE)


def recorded(small: SmallEngine) -> str:
    return StackFile.read(small.project, "dev").settings.cluster_id


@pytest.mark.real
@pytest.mark.parametrize("record", [True, False])
def test_a_deploy_is_held_to_the_cluster_of_its_preview_and_records_it_only_if_asked(
    small: SmallEngine, heard: Heard, record: bool
) -> None:
    seen: list[str | None] = []
    engine = small(lambda: asked(seen))
    preview = engine.preview(change(), heard)
    cluster = cluster_of(TARGET, preview.outputs)
    assert (cluster.reached, cluster.matches, cluster.recordable) == (HERE, None, True)
    approved = dataclasses.replace(change(), cluster_id=cluster.reached, record_cluster=record)
    engine.up(approved, heard)
    assert seen == [None, HERE]
    assert recorded(small) == (HERE if record else "")


@pytest.mark.real
def test_without_a_preview_the_cluster_that_was_deployed_to_is_recorded(
    small: SmallEngine, heard: Heard
) -> None:
    engine = small(lambda: asked([]))
    engine.up(dataclasses.replace(change(), record_cluster=True), heard)
    assert recorded(small) == HERE
    facts = Facts("registry", "0.1.0", "sha256:aa", ("x.test/api:0.1.0",), HERE)
    assert engine.stacks()[0].facts == facts
    assert [update.facts for update in engine.history("dev")] == [facts]


@pytest.mark.real
def test_a_deploy_that_failed_records_no_cluster(small: SmallEngine, heard: Heard) -> None:
    def failing() -> None:
        asked([])
        raise ValueError("not today")

    with pytest.raises(Exception, match="not today"):
        small(failing).up(
            Change("dev", change().source, cluster_id=HERE, record_cluster=True), heard
        )
    assert recorded(small) == ""


def test_a_cluster_that_is_recorded_already_is_never_replaced() -> None:
    text = f"config:\n  philotes:clusterId: {THERE}\n"
    file = StackFile.parse(text, Path("Pulumi.dev.yaml"), "dev")
    source = RegistryChart("oci://x.test/charts", Version.parse("0.1.0"))
    assert f"philotes:clusterId: {THERE}\n" in file.with_source(source, cluster=HERE)
    assert HERE not in file.with_source(source, cluster=HERE)


def test_a_file_of_authorities_is_absolute_for_the_operation_and_as_written_afterwards() -> None:
    text = "config:\n  philotes:chartRegistryCaFile: keys/ca.pem\n"
    file = StackFile.parse(text, Path("/project/Pulumi.dev.yaml"), "dev")
    assert file.ca_file == Path("/project/keys/ca.pem")
    source = RegistryChart("oci://x.test/charts", Version.parse("0.1.0"), ca_file=file.ca_file)
    key = "philotes:chartRegistryCaFile:"
    assert f"{key} /project/keys/ca.pem\n" in file.with_source(source, pinned=True)
    assert f"{key} keys/ca.pem\n" in file.with_source(source)
    other = dataclasses.replace(source, ca_file=Path("/etc/other.pem"))
    assert f"{key} /etc/other.pem\n" in file.with_source(other)


def test_a_loopback_registry_with_a_file_of_authorities_is_spoken_to_with_tls() -> None:
    text = "config:\n  philotes:chartRegistry: oci://127.0.0.1:5000/charts\n"
    assert StackFile.parse(text, Path("x"), "dev").settings.plain_http
    text += "  philotes:chartRegistryCaFile: ca.pem\n"
    assert not StackFile.parse(text, Path("x"), "dev").settings.plain_http


@pytest.mark.parametrize(
    ("outputs", "target", "standing"),
    [
        ({"clusterId": HERE}, TARGET, "not recorded"),
        ({"clusterId": HERE}, dataclasses.replace(TARGET, cluster_id=HERE), "as recorded"),
        (
            {"clusterId": HERE},
            dataclasses.replace(TARGET, cluster_id=THERE),
            f"recorded is {THERE}",
        ),
        ({"clusterId": UNKNOWN}, TARGET, ""),
        ({"clusterId": 7}, TARGET, ""),
        ({}, dataclasses.replace(TARGET, cluster_id=HERE), ""),
    ],
)
def test_a_cluster_is_told_as_far_as_it_is_known(
    outputs: dict[str, object], target: Target, standing: str
) -> None:
    assert cluster_of(target, outputs).standing == standing


def test_a_short_id_is_of_the_cluster_reached_else_of_the_one_recorded() -> None:
    assert ClusterIdentity("eu", HERE, THERE).short == "0a1b2c3d"
    assert ClusterIdentity("eu", "", THERE).short == "9f8e7d6c"


@pytest.mark.parametrize("context", ["context eu", "current context"])
@pytest.mark.parametrize("known", [True, False])
def test_another_cluster_is_told_with_both_ids_and_what_to_do(context: str, known: bool) -> None:
    said = f"philotes:clusterId is {HERE}, but the {context} reaches the cluster {THERE}, so …"
    error = error_of(Failure(Kind.UP, "dev", "0.2.0", 1, "", (said,), recorded=known))
    assert isinstance(error, ClusterMismatch)
    assert (error.kind, error.exit_code) == ("cluster-mismatch", 6)
    assert "nothing was changed" in error.what
    assert (
        error.on == f"stack dev, {'context “eu”' if context.endswith('eu') else 'the ' + context}"
    )
    assert HERE in error.said
    assert THERE in error.said
    assert ("philotes:clusterId" in error.todo) is known
    assert ("Preview again" in error.todo) is not known


@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: {"value": v, "secret": False}])
def test_a_history_without_outputs_tells_what_was_asked_for(wrap: object) -> None:
    assert callable(wrap)
    config = {
        "philotes:chartVersion": wrap("0.2.0"),
        "philotes:chartDigest": wrap("sha256:aa"),
        "philotes:clusterId": wrap(HERE),
    }
    assert facts_of_config(config) == Facts("registry", "0.2.0", "sha256:aa", (), HERE)
    config["philotes:useLocalCharts"] = wrap("true")
    assert facts_of_config(config) == Facts("local", cluster_id=HERE)
    assert facts_of_config(None) == Facts()
