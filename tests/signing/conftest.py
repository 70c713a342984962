"""A registry of its own, charts in it, and keys that live as long as the run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import at_hand
from tests.registry.conftest import OwnRegistry, running_registry
from tests.signing.cosign import Cosign, KeyPair, offline_cosign
from tests.signing.stored import Stored


@dataclass(frozen=True)
class Keys:
    """Key pairs of two who sign."""

    ours: KeyPair
    theirs: KeyPair


@pytest.fixture(scope="session")
def signing_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRegistry]:
    """A registry for signatures; each test signs versions that no other does."""
    programs = {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}
    with running_registry(tmp_path_factory.mktemp("signing"), programs) as registry:
        yield registry


@pytest.fixture
def stored(signing_registry: OwnRegistry) -> Stored:
    """The repository of the chart that `signing_registry.push` pushes."""
    return Stored(signing_registry.host, "charts/philotes")


@pytest.fixture(scope="session")
def signer(cosign: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosign]:
    """Cosign without a network."""
    with offline_cosign(cosign, tmp_path_factory.mktemp("cosign")) as signer:
        yield signer


@pytest.fixture(scope="session")
def keys(signer: Cosign) -> Keys:
    """Two key pairs, made for this run."""
    return Keys(signer.key_pair("ours"), signer.key_pair("theirs"))
