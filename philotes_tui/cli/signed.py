"""Reading all that verifying one published version takes, or finding it among what was read."""

import time
from dataclasses import dataclass, replace

from philotes_tui.cache import BlobCache
from philotes_tui.cache.signatures import ReadSignatures, SignatureCache
from philotes_tui.cli import picking
from philotes_tui.cli.looking import tell_moved, tell_own_name
from philotes_tui.cli.picking import Picked, pick
from philotes_tui.cli.published import Published
from philotes_tui.errors import RegistryError
from philotes_tui.folders import registry_cache
from philotes_tui.registry import PackagedChart
from philotes_tui.registry.signature_content import SignedContent, SignedLayer, kept_content
from philotes_tui.releases import ChartDetails
from philotes_tui.releases.details import ALL_READ, Unread
from philotes_tui.verification import Place, StoredSignature


@dataclass(frozen=True)
class Signed:
    """What was read of one version.

    Attributes:
        picked: Which version was meant.
        details: What the registry says of it.
        package: Its archive, and its provenance file.
        stored: What cosign stored beside it; None where nobody looked and nobody is asked.
        unread: What else belongs to it.
        place: Where other programs find it.
        read_at: When `stored` was read, in seconds since 1970; None where it was not.
    """

    picked: Picked
    details: ChartDetails
    package: PackagedChart
    stored: tuple[StoredSignature, ...] | None
    unread: Unread
    place: Place
    read_at: float | None


async def read_signed(published: Published, wanted: str) -> Signed:
    """Read one version with its signatures, and keep what they were; offline take what is kept.

    Raises:
        InvalidReference: It is nothing of what can be meant.
        RegistryError: The registry does not have it, or it cannot be read.
        SettingsError: A file of logins or a proxy setting is broken.
    """
    charts = published.charts
    try:
        picked = await pick(published, wanted)
        details = await picking.details(published, picked, signatures=False)
        package = await charts.package(details.digest, provenance=True)
        content, read_at = await _content(published, details.digest)
    except RegistryError as error:
        published.offer_offline(error)
        raise
    tell_moved(published, picked, details.digest)
    tell_own_name(published, picked, details)
    stored = None if content is None else tuple(map(_stored, content.layers))
    unread = ALL_READ if content is None else content.unread
    repository = charts.repository
    place = Place(f"{repository.host}/{repository.name}@{details.digest}", charts.plain_http)
    return Signed(picked, details, package, stored, unread, place, read_at)


def _stored(layer: SignedLayer) -> StoredSignature:
    return StoredSignature(layer.media_type, layer.content, layer.annotations)


async def _content(published: Published, digest: str) -> tuple[SignedContent | None, float | None]:
    """Return what cosign stored for a digest and when that was read; None where nobody did."""
    repository = published.charts.repository
    signatures = SignatureCache(registry_cache())
    if not published.offline:
        content = await published.charts.signed_content(digest)
        now = time.time()
        read = ReadSignatures(content.manifests, now, content.unread)
        signatures.keep(str(repository), digest, read)
        return content, now
    kept = signatures.read(str(repository), digest)
    if kept is None:
        return None, None
    content = await kept_content(BlobCache(registry_cache()), repository, kept.manifests)
    return replace(content, unread=kept.unread | content.unread), kept.seen_at
