"""Charts with a provenance file: Helm signs and verifies them with OpenPGP keyrings."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Keyrings:
    """One key pair as the two binary keyrings Helm reads (helm.sh/docs/topics/provenance).

    Attributes:
        name: The name in its user ID.
        public: The keyring that verifies.
        secret: The keyring that signs, mode 0600.
        passphrase: What the secret key is locked with; empty for one that is not.
    """

    name: str
    public: Path
    secret: Path
    passphrase: str = ""

    @classmethod
    def make(
        cls, program: Path, folder: Path, name: str, *, algorithm: str = "rsa", passphrase: str = ""
    ) -> "Keyrings":
        """Make a key pair with `pgp-keygen` in a folder of its own."""
        folder.mkdir()
        subprocess.run(
            [
                *(program, "-folder", folder, "-algorithm", algorithm),
                *("-name", name, "-email", "signer@example.test"),
                *(["-locked"] if passphrase else []),
            ],
            input=passphrase.encode(),
            timeout=60,
            check=True,
        )
        return cls(name, folder / "pubring.gpg", folder / "secring.gpg", passphrase)


@dataclass(frozen=True)
class Helm:
    """The program, in a home of its own.

    Attributes:
        program: Where it is.
        home: A folder for its files.
    """

    program: Path
    home: Path

    def package(self, chart: Path, version: str, keys: Keyrings) -> Path:
        """Package and sign a chart; return the package, beside which its `.prov` stands."""
        done = self.sign(chart, version, keys, keys.passphrase)
        assert done.returncode == 0, done.stderr
        return self.home / f"{chart.name}-{version}.tgz"

    def sign(
        self, chart: Path, version: str, keys: Keyrings, passphrase: str
    ) -> "subprocess.CompletedProcess[str]":
        """Package and sign a chart with a passphrase that may not be the right one."""
        return self.run(
            *("package", str(chart), "--version", version, "--destination", str(self.home)),
            *("--sign", "--key", keys.name, "--keyring", str(keys.secret)),
            *(("--passphrase-file", "-") if passphrase else ()),
            stdin=f"{passphrase}\n" if passphrase else "",
        )

    def verify(self, package: Path, keys: Keyrings) -> "subprocess.CompletedProcess[str]":
        """Ask whether a package is signed by a key of the keyring."""
        return self.run("verify", str(package), "--keyring", str(keys.public))

    def pull(
        self, chart: str, version: str, keys: Keyrings, into: Path
    ) -> "subprocess.CompletedProcess[str]":
        """Pull a chart with its provenance and verify it on the way."""
        into.mkdir()
        return self.run(
            *("pull", chart, "--version", version, "--plain-http", "--verify", "--prov"),
            *("--keyring", str(keys.public), "--destination", str(into)),
        )

    def run(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run it to its end, however that is."""
        return subprocess.run(
            [self.program, *arguments],
            env={"HOME": str(self.home), "PATH": os.defpath},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
