"""What a registry says of a published version without its archive: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from philotes_tui.releases.version import Version

_NOTHING: Mapping[str, str] = MappingProxyType({})

PROVENANCE = "provenance"
"""A `.prov` file that `helm package --sign` made."""
COSIGN = "cosign"
"""A signature of cosign, by its tag or as a referrer."""
SIGSTORE = "sigstore"
"""A signature in a sigstore bundle."""
ATTESTATION = "attestation"
"""A signed statement about the build in a sigstore bundle, as GitHub attests."""
NOTATION = "notation"
"""A signature of the Notary Project."""


@dataclass(frozen=True)
class Signature:
    """A signature that a registry holds for a version; nothing of it is verified.

    Attributes:
        kind: `provenance`, `cosign`, `sigstore`, `attestation` or `notation`.
        digest: Of the manifest that holds it, or of the layer of a provenance file;
            empty where only its tag is known.
        tag: The tag it is stored under, where it has one.
        artifact_type: Its media type, where the registry tells it.
    """

    kind: str
    digest: str = ""
    tag: str = ""
    artifact_type: str = ""


@dataclass(frozen=True)
class Unread:
    """What belongs to a version beside the signatures of cosign that were read.

    Attributes:
        why: Why something was not read that may be a signature; empty where there is no such.
        gone: Whether something is listed that is not there any more.
        attested: Whether there is an attestation that is too large to be read.
        notation: Whether there is a signature of the Notary Project.
    """

    why: str = ""
    gone: bool = False
    attested: bool = False
    notation: bool = False

    def __or__(self, other: "Unread") -> "Unread":
        """Return both together."""
        return Unread(
            self.why or other.why,
            gone=self.gone or other.gone,
            attested=self.attested or other.attested,
            notation=self.notation or other.notation,
        )


ALL_READ = Unread()
"""Nothing was left."""


@dataclass(frozen=True)
class ChartDetails:
    """One published version.

    Attributes:
        version: The version.
        tag: The tag it is published under; empty where it was asked for by digest.
        digest: The digest that the tag names.
        chart_digest: The digest of the chart's own manifest, another one behind an index.
        size: Bytes of the packaged chart.
        name: The chart's name.
        app_version: The version of what it deploys; empty where none is given.
        created: When it was published, with its time zone; None where nobody said.
        description: One line.
        deprecated: Whether its publisher advises against it.
        annotations: Of the manifest, by name.
        signatures: What was found, not verified.
        own_name: The name in its metadata, which its digest covers; empty where none is there.
        own_version: The version in its metadata, likewise.
    """

    version: Version
    tag: str
    digest: str
    size: int
    name: str = ""
    app_version: str = ""
    created: datetime | None = None
    description: str = ""
    deprecated: bool = False
    annotations: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    signatures: tuple[Signature, ...] = ()
    own_name: str = ""
    own_version: str = ""
    chart_digest: str = ""

    @property
    def signed(self) -> bool:
        """Whether there is any signature; it may still be somebody else's, or broken."""
        return bool(self.signatures)
