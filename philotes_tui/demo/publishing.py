"""Publishing the demo's versions, the way releases are published: real Helm, all charts."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import count
from pathlib import Path

from philotes_tui import publishing as release
from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.published import PUBLISHED, PublishedVersion
from philotes_tui.demo.registry import Registry
from philotes_tui.demo.staging import stage
from philotes_tui.demo.state import StateFolder, state_errors
from philotes_tui.errors import DemoError, RegistryError
from philotes_tui.publishing import (
    ChartFolder,
    ChartUnfit,
    Finished,
    Helm,
    Packaging,
    PublishingError,
    Run,
    Target,
    package_charts,
)

_AT_ONCE = 2
_STAGING = "staging"
_HELM_WITHIN_S = 60.0
_MOMENT = 1_735_689_600
"""2025-01-01, the time the packages carry: so their digests are the same everywhere."""


def helm_environment(state: StateFolder) -> dict[str, str]:
    """Return the variables that keep Helm to folders of its own (helm.sh/docs/helm/helm)."""
    folder = state.folder("helm")
    return {
        "HELM_CONFIG_HOME": str(folder / "config"),
        "HELM_CACHE_HOME": str(folder / "cache"),
        "HELM_DATA_HOME": str(folder / "data"),
        "HELM_REGISTRY_CONFIG": str(folder / "config" / "registry.json"),
        "HELM_REPOSITORY_CONFIG": str(folder / "config" / "repositories.yaml"),
        "HELM_REPOSITORY_CACHE": str(folder / "cache" / "repository"),
    }


def publish(
    supervisor: Supervisor,
    helm: Path,
    registry: Registry,
    charts: Path,
    *,
    progress: Callable[[str], None],
    versions: Sequence[PublishedVersion] = PUBLISHED,
) -> tuple[str, ...]:
    """Push every version whose tag is not there yet, and return those pushed.

    Args:
        supervisor: Runs Helm.
        helm: Helm's program, version 3.13 or later (`--plain-http`).
        registry: Where to push.
        charts: The folder with the umbrella and its subcharts.
        progress: Told how many are done.
        versions: What to publish.

    Raises:
        DemoError: the charts are missing, or Helm refused one.
        StateFolderError: the folder cannot be written.
    """
    missing = _missing(supervisor.state, registry, versions)
    if missing:
        progress(f"0 of {len(missing)} versions published")
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="demo-publish") as pool:
        futures = [
            pool.submit(_publish_one, supervisor, helm, registry, charts, version)
            for version in missing
        ]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                progress(f"{done} of {len(missing)} versions published")
        finally:
            pool.shutdown(cancel_futures=True)
    _clear_staging(supervisor.state)
    return tuple(version.version for version in missing)


def _missing(
    state: StateFolder, registry: Registry, versions: Sequence[PublishedVersion]
) -> list[PublishedVersion]:
    _clear_staging(state)  # of a start that was cut short
    there = registry.tags()
    return [version for version in versions if version.tag not in there]


def _clear_staging(state: StateFolder) -> None:
    staging = state.root / _STAGING
    with state_errors(state.root):
        if staging.exists():
            shutil.rmtree(staging)


def _publish_one(
    supervisor: Supervisor,
    program: Path,
    registry: Registry,
    charts: Path,
    version: PublishedVersion,
) -> None:
    folder = supervisor.state.root / _STAGING / version.version
    run = _supervised(supervisor, version.version)
    helm = Helm(program, folder / "cache", plain_http=True, run=run)
    packaging = Packaging(version.version, helm, _MOMENT)
    target = Target(ChartFolder.parse(registry.charts), helm, folder / "pulled")
    with state_errors(supervisor.state.root):
        try:
            stage(charts, folder / "charts", version)
            packages = package_charts(folder / "charts", folder / "made", packaging)
            # The umbrella holds the subcharts, and nobody of the demo deploys one by itself:
            # pushing those too would keep the list waiting for three times as many pushes.
            release.publish(target, packages[-1:], verify=False)
        except (PublishingError, RegistryError) as error:
            raise _refused(error) from error
    if version.tag not in registry.tags():
        raise DemoError(
            "Helm pushed a version, but the registry does not list it",
            on=f"{registry.charts}/philotes:{version.tag}",
            todo="Run `philotes-tui demo --reset`.",
        )


def _supervised(supervisor: Supervisor, version: str) -> Run:
    """Return what runs Helm below the supervisor, which stops it with the demo."""
    numbers = count(1)

    def run(argv: Sequence[str], variables: Mapping[str, str], _stdin: bytes) -> Finished:
        name = f"helm-{argv[1]}-{version}-{next(numbers)}"
        environment = {**helm_environment(supervisor.state), **variables}
        child = supervisor.run(name, argv, environment, within=_HELM_WITHIN_S)
        return Finished(0, child.last_lines())

    return run


def _refused(error: PublishingError | RegistryError) -> DemoError:
    todo = "Run `philotes-tui demo --reset`."
    if isinstance(error, ChartUnfit):
        todo = "Install the program again, or run it from a checkout."
    return DemoError(error.what, on=error.on, said=error.said, todo=todo)
