"""The folder of a registry that charts are published in."""

import re
from dataclasses import dataclass

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line

_SCHEME = "oci://"
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")  # distribution-spec, «name»


@dataclass(frozen=True)
class ChartFolder:
    """Where charts are published: `oci://HOST/PATH`; each is a repository below it.

    Attributes:
        host: Host and port.
        path: The path, without slashes at its ends.
    """

    host: str
    path: str

    @classmethod
    def parse(cls, text: str) -> "ChartFolder":
        """Return the folder an address names; capitals become small letters.

        Names in a registry have no capitals (distribution-spec, «Pulling manifests»),
        while names of owners, which they often are made of, may.

        Raises:
            InvalidReference: it is not `oci://HOST/PATH`.
        """
        host, _, path = text.removeprefix(_SCHEME).lower().rstrip("/").partition("/")
        if text.startswith(_SCHEME) and _HOST.fullmatch(host) and _PATH.fullmatch(path):
            return cls(host, path)
        shown = clean_line(text, 200)
        if "@" in host:  # a password may stand before it
            shown = f"{_SCHEME}…@{clean_line(host.rpartition('@')[2], 100)}"
        raise InvalidReference(
            f"“{shown}” is not a folder of a registry",
            todo="Write it as oci://HOST/PATH, for example oci://ghcr.io/OWNER/charts, "
            "without a tag; log in with `helm registry login HOST`.",
        )

    def __str__(self) -> str:
        return f"{_SCHEME}{self.host}/{self.path}"

    def chart(self, name: str) -> str:
        """Return the repository of one chart, `oci://HOST/PATH/NAME`."""
        return f"{self}/{name}"
