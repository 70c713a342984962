"""What deploys nothing, on the cluster the stack is bound to and on another one."""

from pathlib import Path

import pytest

from philotes_stack.program import program
from philotes_tui.demo import Demo
from philotes_tui.engine import Change, Result
from philotes_tui.engine.stack_file import stack_path
from philotes_tui.engine.yaml_file import save
from philotes_tui.errors import ClusterMismatch
from philotes_tui.toolchain import FoundTool
from tests.chart_values import SETTLED
from tests.engine.chain import chain_engine, chart, configure
from tests.engine.conftest import Heard

pytestmark = pytest.mark.real

ANOTHER = "0a1b2c3d-0000-4000-8000-000000000001"


def deployments(demo: Demo, namespace: str) -> dict[str, str]:
    """Return the UIDs of a namespace's Deployments, asked of the cluster's API."""
    answer = demo.cluster.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in answer.json()["items"]}


def test_another_cluster_is_neither_refreshed_nor_destroyed(
    tmp_path: Path,
    engine_tools: dict[str, FoundTool],
    pulumi_environment: dict[str, str],
    demo: Demo,
    heard: Heard,
) -> None:
    configure(tmp_path, "dev", demo.registry, "engine-guarded", SETTLED)
    engine = chain_engine(tmp_path, engine_tools["pulumi"], pulumi_environment, program)
    engine.up(Change("dev", chart(demo.registry, "0.1.0")), heard)
    before = deployments(demo, "engine-guarded")
    assert len(before) == 3
    file = stack_path(tmp_path / "project", "dev")
    unbound = file.read_text()
    save(file, unbound.replace("config:\n", f"config:\n  philotes:clusterId: {ANOTHER}\n", 1))
    for operate in (engine.refresh, engine.destroy):
        with pytest.raises(ClusterMismatch) as caught:
            operate("dev", heard)
        assert ANOTHER in caught.value.said
        assert deployments(demo, "engine-guarded") == before
    kept = engine.stacks()[0].resources
    save(file, unbound)
    assert engine.refresh("dev", heard).result is Result.SUCCEEDED
    assert engine.stacks()[0].resources == kept > len(before)
    assert engine.destroy("dev", heard).result is Result.SUCCEEDED
    assert engine.stacks()[0].resources == 0
    assert deployments(demo, "engine-guarded") == {}
