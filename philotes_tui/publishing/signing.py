"""The key that signs packages (helm.sh/docs/topics/provenance)."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Signing:
    """A PGP key of a keyring in its binary form.

    Attributes:
        key: The key's name, or a part of it.
        keyring: The keyring that holds its secret part.
        passphrase: The passphrase, as one line; handed to Helm on standard input.
    """

    key: str
    keyring: Path
    passphrase: bytes = field(default=b"", repr=False)

    @property
    def options(self) -> tuple[str, ...]:
        """The options of `helm package`; the passphrase is not among them."""
        options = ("--sign", "--key", self.key, "--keyring", str(self.keyring))
        return (*options, "--passphrase-file", "-") if self.passphrase else options
