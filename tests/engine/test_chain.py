"""The whole chain: the real program, chart registry, Kubernetes provider and cluster."""

import dataclasses
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from philotes_stack.program import program
from philotes_tui.demo import Demo
from philotes_tui.engine import (
    Change,
    Event,
    Op,
    Progress,
    Result,
    State,
    StatusChanged,
    StepDone,
    fold,
)
from philotes_tui.engine.pulumi import PulumiEngine
from philotes_tui.errors import (
    ClusterUnreachable,
    ContextUnknown,
    OperationCancelled,
    OperationFailed,
    PhilotesError,
    RegistryUnreachable,
    SettingsError,
    ToolMissing,
    VersionNotFound,
)
from philotes_tui.toolchain import FoundTool
from tests.chart_values import SETTLED, merged
from tests.engine.chain import (
    NEVER_READY,
    REFUSED,
    chain_engine,
    chart,
    configure,
    waits_for_readiness,
)
from tests.engine.conftest import Heard
from tests.engine.wire import Wire

pytestmark = pytest.mark.real


@dataclasses.dataclass(frozen=True)
class Chain:
    """An engine on the demo, with a project and a backend for one test."""

    folder: Path
    tool: FoundTool
    environment: dict[str, str]
    demo: Demo

    def engine(self, **env: str) -> PulumiEngine:
        environment = {**self.environment, **env}
        return chain_engine(self.folder, self.tool, environment, program)

    def behind(self, wire: Wire) -> PulumiEngine:
        """Return an engine that reaches the cluster by a wire."""
        config = self.folder / "kubeconfig"
        text = self.demo.kubeconfig.read_text()
        config.write_text(text.replace(self.demo.api_server, f"https://{wire.address}"))
        return self.engine(KUBECONFIG=str(config))

    def change(self, version: str, stack: str = "dev") -> Change:
        return Change(stack, chart(self.demo.registry, version))

    def configure(self, stack: str, namespace: str, values: str = "") -> None:
        configure(self.folder, stack, self.demo.registry, namespace, values)


@pytest.fixture
def chain(
    tmp_path: Path,
    engine_tools: dict[str, FoundTool],
    pulumi_environment: dict[str, str],
    demo: Demo,
) -> Chain:
    return Chain(tmp_path, engine_tools["pulumi"], pulumi_environment, demo)


def refused_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def images(chain: Chain, namespace: str) -> list[str]:
    """Return the images the cluster's Deployments run, asked of its API."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    items = chain.demo.cluster.api.get(path).json()["items"]
    return sorted(
        container["image"]
        for item in items
        for container in item["spec"]["template"]["spec"]["containers"]
    )


def test_a_version_is_deployed_then_another_and_then_destroyed(chain: Chain, heard: Heard) -> None:
    chain.configure("dev", "engine-dev", SETTLED)
    engine = chain.engine()
    planned = engine.preview(chain.change("0.1.0"), heard)
    assert planned.counts[Op.READ] == 1, "the cluster's identity"
    assert planned.counts[Op.CREATE] == len(planned.resources) - 1 > 15
    change = dataclasses.replace(chain.change("0.1.0"), expected=len(planned.resources))
    done = engine.up(change, heard)
    assert done.result is Result.SUCCEEDED
    assert done.fraction() == 1.0
    assert any(image.endswith("philotes-api:0.1.0") for image in images(chain, "engine-dev"))
    assert done.outputs["images"] == images(chain, "engine-dev")
    assert any(waits_for_readiness(event) for event in heard.events)

    starts = engine.cli_starts
    upgrade = engine.preview(chain.change("0.2.0"), heard)
    (api,) = (r for r in upgrade.changed if r.step.name == "engine-dev/philotes-api" and _is(r))
    paths = {change.path: change for change in api.step.changes}
    image = paths["spec.template.spec.containers[0].image"]
    assert str(image.before).endswith(":0.1.0")
    assert str(image.after).endswith(":0.2.0")
    assert engine.up(chain.change("0.2.0"), heard).outputs["version"] == "0.2.0"
    assert any(each.endswith("philotes-api:0.2.0") for each in images(chain, "engine-dev"))
    assert engine.cli_starts - starts == 2

    assert engine.stacks()[0].deployed == "0.2.0"
    assert [u.version for u in engine.history("dev")] == ["0.2.0", "0.1.0"]
    assert engine.destroy("dev", heard).result is Result.SUCCEEDED
    assert images(chain, "engine-dev") == []


def _is(resource: object) -> bool:
    return "apps/v1:Deployment" in repr(resource)


def test_a_deploy_the_api_server_refuses_tells_what_was_done_and_what_was_not(
    chain: Chain, heard: Heard
) -> None:
    chain.configure("dev", "engine-refused", merged(SETTLED, REFUSED))
    engine = chain.engine()
    with pytest.raises(OperationFailed) as caught:
        engine.up(chain.change("0.1.0"), heard)
    assert "nodeSelector: Invalid value" in caught.value.diagnostics[0]
    progress = fold(Progress(), heard.events)
    assert [r.step.name for r in progress.failed] == ["engine-refused/philotes-api"]
    assert progress.failed[0].diagnostics
    assert sum(r.state is State.DONE for r in progress.resources.values()) > 5
    engine.destroy("dev", heard)


def test_a_wait_that_never_ends_can_be_cancelled_and_taken_up_again(
    chain: Chain, heard: Heard
) -> None:
    chain.configure("dev", "engine-waits", merged(SETTLED, NEVER_READY))
    engine = chain.engine()
    asked: list[bool] = []

    def cancelling(event: object) -> None:
        heard(event)  # type: ignore[arg-type]  # every event is one
        if isinstance(event, StatusChanged) and waits_for_readiness(event) and not asked:
            asked.append(engine.cancel())

    with pytest.raises(OperationCancelled):
        engine.up(chain.change("0.1.0"), cancelling)
    assert asked == [True]
    progress = fold(Progress(), heard.events)
    assert progress.cancelling
    assert progress.result is Result.CANCELLED
    assert not engine.stacks()[0].updating
    assert engine.destroy("dev", heard).result is Result.SUCCEEDED


def test_a_cluster_that_goes_away_in_mid_deploy_is_named_and_the_rest_is_done_later(
    chain: Chain, heard: Heard
) -> None:
    chain.configure("dev", "engine-gone", SETTLED)
    with Wire(chain.demo.api_server.removeprefix("https://")) as wire:

        def cutting(event: Event) -> None:
            heard(event)
            if isinstance(event, StepDone) and event.step.type == "kubernetes:core/v1:Namespace":
                wire.cut()

        with pytest.raises(ClusterUnreachable):
            chain.behind(wire).up(chain.change("0.1.0"), cutting)
    assert fold(Progress(), heard.events).result is Result.FAILED
    engine = chain.engine()
    assert not engine.stacks()[0].updating
    assert engine.up(chain.change("0.1.0"), heard).result is Result.SUCCEEDED
    engine.destroy("dev", heard)


def test_a_wait_for_a_cluster_that_went_away_can_be_cancelled(chain: Chain, heard: Heard) -> None:
    """The provider waits for minutes whether the cluster comes back."""
    chain.configure("dev", "engine-lost", merged(SETTLED, NEVER_READY))
    with Wire(chain.demo.api_server.removeprefix("https://")) as wire:
        engine = chain.behind(wire)
        cut: list[bool] = []

        def cutting(event: Event) -> None:
            heard(event)
            if waits_for_readiness(event) and not cut:
                wire.cut()
                cut.append(engine.cancel())

        with pytest.raises(OperationCancelled):
            engine.up(chain.change("0.1.0"), cutting)
    assert cut == [True]
    engine = chain.engine()
    assert not engine.stacks()[0].updating
    engine.refresh("dev", heard)
    engine.destroy("dev", heard)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("version", VersionNotFound),
        ("registry", RegistryUnreachable),
        ("cluster", ClusterUnreachable),
        ("context", ContextUnknown),
        ("kubeconfig", ContextUnknown),
        ("provider", ToolMissing),
        ("setting", SettingsError),
    ],
)
def test_what_cannot_be_reached_is_named(
    chain: Chain, heard: Heard, fault: str, expected: type[PhilotesError]
) -> None:
    engine, change = FAULTS[fault](chain)
    with pytest.raises(expected) as caught:
        engine.preview(change, heard)
    assert caught.value.todo
    assert "Traceback" not in caught.value.sentence() + "".join(heard.texts())


def _registry_down(chain: Chain) -> tuple[PulumiEngine, Change]:
    gone = chart(f"oci://127.0.0.1:{refused_port()}/charts", "0.1.0")
    return chain.engine(), Change("dev", gone)


def _cluster_down(chain: Chain) -> tuple[PulumiEngine, Change]:
    config = chain.folder / "kubeconfig"
    dead = f"https://127.0.0.1:{refused_port()}"
    config.write_text(chain.demo.kubeconfig.read_text().replace(chain.demo.api_server, dead))
    return chain.engine(KUBECONFIG=str(config)), chain.change("0.1.0")


def _no_such_context(chain: Chain) -> tuple[PulumiEngine, Change]:
    return _edited(chain, "kubeContext", "not-there")


def _bad_setting(chain: Chain) -> tuple[PulumiEngine, Change]:
    return _edited(chain, "namespace", "Not_A_Label")


def _edited(chain: Chain, key: str, value: str) -> tuple[PulumiEngine, Change]:
    chain.configure("dev", "engine-fault")
    path = chain.folder / "project" / "Pulumi.dev.yaml"
    text = path.read_text().replace("  philotes:namespace: engine-fault\n", "")
    path.write_text(f"{text}  philotes:{key}: {value}\n")
    return chain.engine(), chain.change("0.1.0")


FAULTS: dict[str, Callable[[Chain], tuple[PulumiEngine, Change]]] = {
    "version": lambda chain: (chain.engine(), chain.change("9.9.9")),
    "registry": _registry_down,
    "cluster": _cluster_down,
    "context": _no_such_context,
    "kubeconfig": lambda chain: (
        chain.engine(KUBECONFIG=str(chain.folder / "none")),
        chain.change("0.1.0"),
    ),
    "provider": lambda chain: (
        chain.engine(PULUMI_HOME=str(chain.folder / "empty")),
        chain.change("0.1.0"),
    ),
    "setting": _bad_setting,
}
