"""What belongs to a manifest: signatures, attestations (distribution-spec, “Listing Referrers”)."""

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from philotes_tui.errors import NotARegistry, RegistryDenied
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest, parse_manifest
from philotes_tui.registry.media_types import OCI_INDEX
from philotes_tui.registry.pagination import next_page
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.requester import NO_REDIRECT, Question, Requester

_MOST = 10_000
"""Entries that are read of one list."""
_LONGEST_TAG = 128


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
    """Return the tag that lists the referrers of a digest (“Referrers Tag Schema”).

    Of a longer digest it has the first 64 characters.
    """
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}-{encoded[:64]}"


def cosign_tag(digest: str) -> str | None:
    """Return the tag of cosign's signature for a digest, or None where no tag can be so long.

    See sigstore/cosign:specs/SIGNATURE_SPEC.md, “Tag-based discovery”.
    """
    tag = f"{digest.replace(':', '-')}.sig"
    return tag if len(tag) <= _LONGEST_TAG else None


async def by_api(
    requester: Requester,
    repository: Repository,
    digest: str,
    *,
    largest: int,
    pages: int,
    known: bool = False,
) -> tuple[Descriptor, ...] | None:
    """Return what belongs to a digest, or None where the registry does not have this API.

    What counts is an index with its own Content-Type. All else as the first answer says that
    there is no such API: 404 by the specification, 400 and 406 of older registries, GHCR's 303
    to a page for people. A server that fails or asks to wait says nothing of the kind, nor does
    one that refuses although it has the API; and once a list has begun, each page of it counts.

    Args:
        requester: Asks.
        repository: Where.
        digest: Of the manifest they belong to.
        largest: Bytes of a page.
        pages: How many pages at most.
        known: Whether the registry is known to have the API.

    Raises:
        RegistryError: The registry failed or asks to wait, or the list is none or does not end.
    """
    url = f"{repository.url}/referrers/{digest}"
    try:
        answer = await requester.ask(_question(url, repository, largest))
    except RegistryDenied:
        if known:
            raise
        return None
    refuses = known and answer.status in failures.REFUSED
    if not (_is_list(answer) or _is_failure(answer) or refuses):
        return None
    return await _all_pages(requester, repository, answer, largest=largest, pages=pages)


async def _all_pages(
    requester: Requester, repository: Repository, first: Answer, *, largest: int, pages: int
) -> tuple[Descriptor, ...]:
    answer, seen = first, {first.url}
    found: dict[str, Descriptor] = {}
    for page in range(1, pages + 1):
        found.update((each.digest, each) for each in _page(answer, repository))
        url = next_page(answer, seen, partial(_endless, repository))
        if url is None:
            return tuple(found.values())
        if len(found) > _MOST:
            break
        if page < pages:
            seen.add(url)
            answer = await requester.ask(_question(url, repository, largest))
    raise _endless(repository, f"there are more than {len(found)} entries")


def _question(url: str, repository: Repository, largest: int) -> Question:
    return Question(url, repository, (OCI_INDEX,), largest, redirects=NO_REDIRECT)


def _is_list(answer: Answer) -> bool:
    return answer.is_ok and answer.media_type == OCI_INDEX


def _is_failure(answer: Answer) -> bool:
    fails = (
        answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        and answer.status != HTTPStatus.NOT_IMPLEMENTED
    )
    return fails or answer.status == HTTPStatus.TOO_MANY_REQUESTS


def _page(answer: Answer, repository: Repository) -> tuple[Descriptor, ...]:
    """Return what one page lists.

    Raises:
        RegistryError: It is none.
    """
    if _is_list(answer):
        return parse_manifest(_without_digest(answer), Reference(repository)).manifests
    if answer.status == HTTPStatus.NOT_FOUND:  # of a page: the manifest itself is there
        raise failures.not_a_registry(answer, repository)
    raise failures.refusal(answer, repository)


def _endless(repository: Repository, said: str) -> NotARegistry:
    return NotARegistry(
        f"The list of what belongs to a chart in {repository} cannot be read to its end",
        said=said,
        todo="Whether it is signed is not known: check the address, and what stands before it.",
    )


def _without_digest(answer: Answer) -> Answer:
    """Return the answer as what it is, a list made for this question that has no digest."""
    headers = {k: v for k, v in answer.headers.items() if k != "docker-content-digest"}
    return Answer(answer.status, answer.url, headers, answer.body)


def listed(manifest: Manifest) -> tuple[Descriptor, ...]:
    """Return what the manifest under the fallback tag lists; nothing where it is no index."""
    return manifest.manifests if manifest.is_index else ()
