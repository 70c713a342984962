"""What belongs to a manifest: signatures, attestations (distribution-spec, “Listing Referrers”)."""

from dataclasses import dataclass
from http import HTTPStatus

from philotes_tui.errors import RegistryDenied
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest, parse_manifest
from philotes_tui.registry.media_types import OCI_INDEX
from philotes_tui.registry.pagination import next_link, resolve
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.requester import NO_REDIRECT, Question, Requester


@dataclass(frozen=True)
class Referrers:
    """The manifests whose subject is another one.

    Attributes:
        descriptors: Each of them once.
        supported: Whether the registry has the referrers API; else the fallback tag was read.
    """

    descriptors: tuple[Descriptor, ...] = ()
    supported: bool = True


def fallback_tag(digest: str) -> str:
    """Return the tag that lists the referrers of a digest (“Referrers Tag Schema”)."""
    return digest.replace(":", "-")[:128]


async def by_api(
    requester: Requester, repository: Repository, digest: str, *, largest: int, pages: int
) -> tuple[Descriptor, ...] | None:
    """Return what belongs to a digest, or None where the registry does not have this API.

    What counts is an index with its own Content-Type. All else says that there is no such
    API: 404 by the specification, 400 and 406 of older registries, GHCR's 303 to a page for
    people and the 429 that follows. A failing server is none of these.

    Raises:
        RegistryError: The registry failed.
    """
    url: str | None = f"{repository.url}/referrers/{digest}"
    found: dict[str, Descriptor] = {}
    for _ in range(pages):
        if url is None:
            break
        try:
            answer = await requester.ask(_question(url, repository, largest, bool(found)))
        except RegistryDenied:
            return None
        if not answer.is_ok or answer.media_type != OCI_INDEX:
            if _is_failure(answer):
                raise failures.refusal(answer, repository)
            return None
        listed = parse_manifest(_without_digest(answer), Reference(repository)).manifests
        found.update((each.digest, each) for each in listed)
        target = next_link(answer.headers.get("link"))
        url = resolve(answer.url, target) if target else None
    return tuple(found.values())


def _question(url: str, repository: Repository, largest: int, patient: bool) -> Question:
    accepted = (OCI_INDEX,)
    return Question(url, repository, accepted, largest, redirects=NO_REDIRECT, patient=patient)


def _is_failure(answer: Answer) -> bool:
    return (
        answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        and answer.status != HTTPStatus.NOT_IMPLEMENTED
    )


def _without_digest(answer: Answer) -> Answer:
    """Return the answer as what it is, a list made for this question that has no digest."""
    headers = {k: v for k, v in answer.headers.items() if k != "docker-content-digest"}
    return Answer(answer.status, answer.url, headers, answer.body)


def listed(manifest: Manifest) -> tuple[Descriptor, ...]:
    """Return what the manifest under the fallback tag lists; nothing where it is no index."""
    return manifest.manifests if manifest.is_index else ()
