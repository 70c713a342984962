"""A whole release, signed: each chart is verified from what the registry holds."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.registry.conftest import OwnRegistry
from tests.signing.conftest import Keys
from tests.signing.cosign import Cosign
from tests.signing.provenance import Helm, Keyrings

pytestmark = pytest.mark.real

CHARTS = ("lakekeeper", "philotes-api", "philotes-worker", "philotes")
_ROOT = Path(__file__).parents[2]
_PASSPHRASE = "open sesame"
_BROKEN = 1


@dataclass(frozen=True)
class Release:
    """The command that publishes, into a folder of the registry that is this test's own."""

    registry: str
    helm: Helm

    def publish(
        self, version: str, *options: str, keys: Keyrings | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Publish all charts as one version, signed if there are keys."""
        signing: tuple[str, ...] = ()
        if keys:
            signing = ("--sign-key", keys.name, "--keyring", str(keys.secret))
            signing += ("--passphrase-file", "-") if keys.passphrase else ()
        return subprocess.run(
            [
                *(sys.executable, "-m", "philotes_tui.publishing", version),
                *("--registry", self.registry, "--plain-http", "--helm", str(self.helm.program)),
                "--dirty",  # the checkout that is tested may hold changes
                *signing,
                *options,
            ],
            cwd=_ROOT,
            env={"HOME": str(self.helm.home), "PATH": os.defpath},
            input=f"{keys.passphrase}\n" if keys else "",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def release(signing_registry: OwnRegistry, tmp_path: Path) -> Release:
    home = tmp_path / "home"
    home.mkdir()
    folder = f"oci://{signing_registry.host}/{tmp_path.name.replace('_', '-')}"
    return Release(folder, Helm(signing_registry.helm, home))


@pytest.fixture(scope="session")
def locked(pgp_keygen: Path, tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    """A key that needs its passphrase."""
    folder = tmp_path_factory.mktemp("locked") / "keys"
    return Keyrings.make(pgp_keygen, folder, "Publisher", passphrase=_PASSPHRASE)


@pytest.fixture(scope="session")
def another(pgp_keygen: Path, tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    """A key that nothing was published with."""
    return Keyrings.make(pgp_keygen, tmp_path_factory.mktemp("another") / "keys", "Another")


def test_every_chart_of_a_signed_release_is_verified_as_it_is_pulled(
    release: Release, locked: Keyrings, another: Keyrings, tmp_path: Path
) -> None:
    published = release.publish("1.0.0", keys=locked)
    assert published.returncode == 0, published.stderr
    assert _PASSPHRASE not in published.stdout + published.stderr
    for chart in CHARTS:
        reference = f"{release.registry}/{chart}"
        verified = release.helm.pull(reference, "1.0.0", locked, tmp_path / chart)
        assert verified.returncode == 0, verified.stderr
        assert "Signed by: Publisher <signer@example.test>" in verified.stdout
        refused = release.helm.pull(reference, "1.0.0", another, tmp_path / f"not-{chart}")
        assert "signature made by unknown entity" in refused.stderr


def test_a_signed_release_is_published_once(release: Release, locked: Keyrings) -> None:
    first = release.publish("1.0.0", keys=locked)
    assert first.returncode == 0, first.stderr
    again = release.publish("1.0.0", keys=locked)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("already there") == len(CHARTS)


def test_what_another_signed_is_not_taken_for_published(
    release: Release, locked: Keyrings, another: Keyrings
) -> None:
    assert release.publish("1.0.0", keys=another).returncode == 0
    refused = release.publish("1.0.0", keys=locked)
    assert refused.returncode == _BROKEN
    assert "signature of a chart cannot be verified" in refused.stderr


def test_a_wrong_passphrase_publishes_nothing(
    release: Release, locked: Keyrings, tmp_path: Path
) -> None:
    guessed = Keyrings(locked.name, locked.public, locked.secret, "a guess")
    refused = release.publish("1.0.0", keys=guessed)
    assert refused.returncode == _BROKEN
    assert "a guess" not in refused.stdout + refused.stderr
    there = release.helm.pull(f"{release.registry}/philotes", "1.0.0", locked, tmp_path / "pulled")
    assert "not found" in there.stderr


def test_every_digest_a_release_reports_can_be_signed_and_verified(
    release: Release, signer: Cosign, keys: Keys, tmp_path: Path
) -> None:
    report = tmp_path / "release.json"
    published = release.publish("1.0.0", "--json", str(report))
    assert published.returncode == 0, published.stderr
    charts = json.loads(report.read_text())["charts"]
    assert [chart["name"] for chart in charts] == list(CHARTS)
    for chart in charts:
        repository = f"{release.registry}/{chart['name']}".removeprefix("oci://")
        reference = f"{repository}@{chart['digest']}"
        signer.sign(reference, keys.ours)
        assert signer.verify(reference, keys.ours).returncode == 0
        assert signer.verify(reference, keys.theirs).returncode != 0
