"""A version that somebody signs, and the keys of two who do."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.commands.shell import Ended, Shell
from tests.registry.conftest import OwnRegistry
from tests.signing.cosign import KeyPair
from tests.signing.provenance import Helm, Keyrings
from tests.signing.stored import Stored

VERSIONS = iter(f"1.0.{patch}" for patch in range(1000))
"""Each test signs a version that no other does."""


@dataclass(frozen=True)
class Keys:
    """Two who sign, each with a key of cosign and one of OpenPGP."""

    ours: KeyPair
    theirs: KeyPair
    our_ring: Keyrings
    their_ring: Keyrings


@dataclass(frozen=True)
class Release:
    """A chart of one version, and who looks at it."""

    shell: Shell
    registry: OwnRegistry
    folder: str
    version: str
    helm: Helm

    @property
    def stored(self) -> Stored:
        return Stored(self.registry.host, f"{self.folder}/philotes")

    @property
    def digest(self) -> str:
        return self.stored.digest(self.version)

    @property
    def reference(self) -> str:
        return self.stored.reference(self.digest)

    @property
    def chart(self) -> Path:
        return self.shell.folder / "philotes"

    def push(self, package: Path) -> None:
        done = self.helm.run(
            "push", str(package), f"oci://{self.registry.host}/{self.folder}", "--plain-http"
        )
        assert done.returncode == 0, done.stderr

    def verify(self, *arguments: str | Path, **env: str) -> Ended:
        ended = self.shell.run("verify", self.version, *arguments, **env)
        assert "Traceback" not in ended.err
        document = self.shell.run("verify", self.version, *arguments, "--json", **env)
        assert document.code == ended.code
        return Ended(ended.code, ended.out, ended.err + document.out)


def result(ended: Ended) -> str:
    return str(document(ended)["result"])


def document(ended: Ended) -> dict[str, Any]:
    return dict(json.loads(ended.err[ended.err.index("{\n") :]))
