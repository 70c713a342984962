"""Charts signed with an OpenPGP key: the provenance goes through the registry and is verified."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.registry.conftest import OwnRegistry
from tests.signing.provenance import Helm, Keyrings
from tests.signing.stored import Stored

pytestmark = pytest.mark.real

PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"
_PASSPHRASE = "open sesame"
_versions = iter(f"2.0.{patch}" for patch in range(1000))


@pytest.fixture
def version() -> str:
    """A version that is not in the registry."""
    return next(_versions)


@pytest.fixture
def helm(signing_registry: OwnRegistry, tmp_path: Path) -> Helm:
    """Helm with an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    return Helm(signing_registry.helm, home)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """The smallest chart there is."""
    folder = tmp_path / "philotes"
    folder.mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: philotes\nversion: 0.0.0\n")
    return folder


@dataclass(frozen=True)
class Keys:
    """Keyrings of two who sign."""

    ours: Keyrings
    theirs: Keyrings


@pytest.fixture(scope="session")
def pgp(pgp_keygen: Path, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    return Keys(
        *(Keyrings.make(pgp_keygen, folder / name.lower(), name) for name in ("Ours", "Theirs"))
    )


def pushed(helm: Helm, registry: OwnRegistry, package: Path) -> str:
    """Push a package, and its provenance if that stands beside it; return its reference."""
    done = helm.run("push", str(package), registry.charts, "--plain-http")
    assert done.returncode == 0, done.stderr
    return f"{registry.charts}/philotes"


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
def test_a_package_signed_with_a_locked_key_is_verified_with_the_public_keyring(
    helm: Helm, chart: Path, pgp_keygen: Path, tmp_path: Path, algorithm: str
) -> None:
    keys = Keyrings.make(
        pgp_keygen, tmp_path / "keys", "Signer", algorithm=algorithm, passphrase=_PASSPHRASE
    )
    verified = helm.verify(helm.package(chart, "1.0.0", keys), keys)
    assert verified.returncode == 0, verified.stderr
    assert "Signed by: Signer <signer@example.test>" in verified.stdout


def test_a_wrong_passphrase_signs_nothing(
    helm: Helm, chart: Path, pgp_keygen: Path, tmp_path: Path
) -> None:
    keys = Keyrings.make(pgp_keygen, tmp_path / "keys", "Signer", passphrase=_PASSPHRASE)
    refused = helm.sign(chart, "1.0.0", keys, "a guess")
    assert refused.returncode != 0
    assert list(helm.home.glob("*.prov")) == []


def test_the_provenance_is_a_layer_of_what_is_pushed(
    helm: Helm, chart: Path, pgp: Keys, signing_registry: OwnRegistry, version: str
) -> None:
    package = helm.package(chart, version, pgp.ours)
    pushed(helm, signing_registry, package)
    stored = Stored(signing_registry.host, "charts/philotes")
    layers = {layer["mediaType"]: layer for layer in stored.manifest(version)["layers"]}
    provenance = stored.blob(layers[PROVENANCE]["digest"])
    assert provenance == package.with_name(f"{package.name}.prov").read_bytes()
    assert provenance.startswith(b"-----BEGIN PGP SIGNED MESSAGE-----\n")


def test_a_pulled_chart_is_verified_on_the_way(
    helm: Helm, chart: Path, pgp: Keys, signing_registry: OwnRegistry, version: str
) -> None:
    reference = pushed(helm, signing_registry, helm.package(chart, version, pgp.ours))
    into = helm.home / "pulled"
    verified = helm.pull(reference, version, pgp.ours, into)
    assert verified.returncode == 0, verified.stderr
    assert "Signed by: Ours <signer@example.test>" in verified.stdout
    names = sorted(path.name for path in into.iterdir())
    assert names == [f"philotes-{version}.tgz", f"philotes-{version}.tgz.prov"]


def test_a_pulled_chart_of_another_signer_is_refused(
    helm: Helm, chart: Path, pgp: Keys, signing_registry: OwnRegistry, version: str
) -> None:
    reference = pushed(helm, signing_registry, helm.package(chart, version, pgp.theirs))
    refused = helm.pull(reference, version, pgp.ours, helm.home / "pulled")
    assert refused.returncode != 0
    assert "signature made by unknown entity" in refused.stderr


def test_a_pulled_chart_that_nobody_signed_is_refused(
    helm: Helm, chart: Path, pgp: Keys, signing_registry: OwnRegistry, version: str
) -> None:
    package = helm.package(chart, version, pgp.ours)
    package.with_name(f"{package.name}.prov").unlink()
    refused = helm.pull(
        pushed(helm, signing_registry, package), version, pgp.ours, helm.home / "pulled"
    )
    assert refused.returncode != 0
    assert "provenance" in refused.stderr


def test_a_package_changed_after_it_was_signed_is_refused(
    helm: Helm, chart: Path, pgp: Keys, signing_registry: OwnRegistry, version: str
) -> None:
    package = helm.package(chart, version, pgp.ours)
    provenance = package.with_name(f"{package.name}.prov").read_bytes()
    (chart / "values.yaml").write_text("changed: true\n")
    package = helm.package(chart, version, pgp.ours)
    package.with_name(f"{package.name}.prov").write_bytes(provenance)
    reference = pushed(helm, signing_registry, package)
    refused = helm.pull(reference, version, pgp.ours, helm.home / "pulled")
    assert refused.returncode != 0
    assert "sha256 sum does not match" in refused.stderr


def test_a_provenance_changed_after_it_was_signed_is_refused(
    helm: Helm, chart: Path, pgp: Keys
) -> None:
    package = helm.package(chart, "1.0.0", pgp.ours)
    provenance = package.with_name(f"{package.name}.prov")
    provenance.write_text(provenance.read_text().replace("name: philotes", "name: philotas"))
    refused = helm.verify(package, pgp.ours)
    assert refused.returncode != 0
    assert "signature" in refused.stderr
