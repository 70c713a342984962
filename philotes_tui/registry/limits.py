"""How much of a registry's time and bytes one operation takes at most."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """Bounds of one operation, so that each ends in an answer or in a sentence.

    Attributes:
        deadline: Seconds for the whole operation, authorization and retries included; of a
            list of tags, for each page.
        connect: Seconds for one connection to stand.
        retries: How often a request is sent again after a reset or a 5xx answer.
        backoff: Seconds before the first retry; doubled for the next, give or take a half.
        patience: Seconds of a wait that a registry asks for and that is kept without asking.
        connections: Connections open at once.
        page: Tags asked for at once; less where a registry refuses so many.
        pages: Pages read of one list.
        list_bytes: Bytes of one page of tags.
        lists_bytes: Bytes of all pages of one list; 400,000 tags of the length of a digest.
        manifest_bytes: Bytes of a manifest; registries are asked to take 4 MiB
            (opencontainers/distribution-spec:spec.md, “Pushing manifests”).
        blob_bytes: Bytes of a chart archive or another blob.
        error_bytes: Bytes read of an answer that is an error, or of a token.
    """

    deadline: float = 20.0
    connect: float = 5.0
    retries: int = 2
    backoff: float = 0.2
    patience: float = 5.0
    connections: int = 16
    page: int = 10_000
    pages: int = 500
    list_bytes: int = 8 * MIB
    lists_bytes: int = 32 * MIB
    manifest_bytes: int = 4 * MIB
    blob_bytes: int = 32 * MIB
    error_bytes: int = 64 * KIB
