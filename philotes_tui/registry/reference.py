"""References to what a registry holds, parsed to a type before any I/O.

The grammar of names, tags and digests is that of opencontainers/distribution-spec:spec.md,
“Pulling manifests”; the form with `oci://` is Helm's.
"""

import re
from dataclasses import dataclass

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.registry.host import Host
from philotes_tui.releases.grammar import DIGEST, TAG

LONGEST = 1_000
"""Characters; longer text is refused unread."""
LONGEST_NAME = 255
"""Characters of host and name together, the limit most registries keep."""

_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DOCKER_HUB = {"docker.io", "index.docker.io"}
_DOCKER_HUB_API = "registry-1.docker.io"
_EXAMPLE = "for example oci://ghcr.io/owner/charts/philotes"


@dataclass(frozen=True)
class Repository:
    """One repository of one registry, `oci://host[:port]/name`.

    Attributes:
        host: The registry.
        name: The repository's name in it, lowercase, components separated by `/`.
        plain_http: Whether the registry is spoken to without TLS.
    """

    host: Host
    name: str
    plain_http: bool = False

    @classmethod
    def parse(cls, text: str, *, plain_http: bool | None = None) -> "Repository":
        """Return the repository that `text` names, `oci://` and a trailing slash optional.

        Args:
            text: What a person or a settings file gave.
            plain_http: Without TLS or with it; None: without it on loopback only.

        Raises:
            InvalidReference: It does not parse, or it names a tag or digest as well.
        """
        reference = Reference.parse(text, plain_http=plain_http)
        if reference.tag is not None or reference.digest is not None:
            extra = f":{reference.tag}" if reference.tag is not None else f"@{reference.digest}"
            raise InvalidReference(
                f"“{extra}” does not belong here: a repository is wanted, without tag or digest",
                on=text,
                todo=f"Write {reference.repository}.",
            )
        return reference.repository

    @classmethod
    def in_folder(cls, folder: str, chart: str, *, plain_http: bool | None = None) -> "Repository":
        """Return the repository of a chart in a folder that a person or a settings file gave.

        Args:
            folder: Its address, `oci://host/path`.
            chart: The chart's name, which no advice about the folder repeats.
            plain_http: As for `Reference.parse`.

        Raises:
            InvalidReference: It points at the part that is wrong and says how to mend it.
        """
        folder = folder.strip()
        if "?" not in folder and not _without_scheme(folder)[0].strip("/"):
            raise InvalidReference("The host is missing", on=folder, todo="Write oci://host/path.")
        return cls.parse(f"{folder.rstrip('/')}/{chart}", plain_http=plain_http)

    @property
    def url(self) -> str:
        """The root of the registry's API for this repository, without a trailing slash."""
        return f"{self.origin}/v2/{self.name}"

    @property
    def chart(self) -> str:
        """The last part of the name, which is the chart's (helm/helm:pkg/pusher/ocipusher.go)."""
        return self.name.rpartition("/")[2]

    @property
    def origin(self) -> str:
        """Scheme, host and port of the registry's API.

        That of Docker Hub is not at the name that its references carry
        (oras-project/oras-go:registry/reference.go).
        """
        host = _DOCKER_HUB_API if str(self.host) in _DOCKER_HUB else str(self.host)
        return f"{'http' if self.plain_http else 'https'}://{host}"

    def with_tag(self, tag: str) -> "Reference":
        """Return the reference to a tag of this repository.

        Raises:
            InvalidReference: The tag is outside the grammar.
        """
        return Reference(self, tag=_parse_tag(tag, f"{self}:{tag}"))

    def __str__(self) -> str:
        """Return the form that Helm and this program accept."""
        return f"oci://{self.host}/{self.name}"


@dataclass(frozen=True)
class Reference:
    """A manifest in a repository, by tag, digest or both; the digest wins."""

    repository: Repository
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str, *, plain_http: bool | None = None) -> "Reference":
        """Return the reference that `text` spells: `[oci://]host[:port]/name[:tag][@digest]`.

        Args:
            text: What a person or a settings file gave.
            plain_http: Without TLS or with it; None: without it on loopback only.

        Raises:
            InvalidReference: It points at the part that is wrong and says how to mend it.
        """
        before, query, _ = text.strip().partition("?")
        if query:  # where others write tokens, so that it is not repeated
            raise InvalidReference(
                "A reference has no “?” and nothing after it",
                on=clean_line(before.rpartition("@")[2], 200),
                todo="Leave out everything from there on.",
            )
        rest, has_scheme = _without_scheme(text.strip())
        authority, slash, path = rest.partition("/")
        if "@" in authority:
            raise InvalidReference(
                "A reference must not contain a user name or password",
                on=f"…@{authority.rpartition('@')[2]}{slash}{path}",
                todo="Leave out everything up to the @ and log in with `philotes-tui login`.",
            )
        path = path.rstrip("/")
        if not path:
            raise InvalidReference(
                "The name of the repository is missing after the host",
                on=text,
                todo=f"Write oci://host/name, {_EXAMPLE}.",
            )
        host = Host.parse(authority, on=text, certain=has_scheme)
        return cls._parse_path(host, path, on=text, plain_http=plain_http)

    @classmethod
    def _parse_path(cls, host: Host, path: str, *, on: str, plain_http: bool | None) -> "Reference":
        path, at, digest = path.partition("@")
        if at and not DIGEST.fullmatch(digest):
            raise InvalidReference(
                f"“{digest}” is not a digest",
                on=on,
                todo="Write sha256: and 64 hexadecimal digits in lower case.",
            )
        folder, slash, last = path.rpartition("/")
        last, colon, tag = last.partition(":")
        name = _parse_name(f"{folder}{slash}{last}", on)
        if len(f"{host}/{name}") > LONGEST_NAME:
            raise InvalidReference(
                f"Host and name are longer than {LONGEST_NAME} characters", on=on
            )
        plain = host.is_loopback if plain_http is None else plain_http
        return cls(
            Repository(host, name, plain),
            tag=_parse_tag(tag, on) if colon else None,
            digest=digest or None,
        )

    @property
    def target(self) -> str:
        """What stands after `/manifests/` in the request: the digest, else the tag.

        `latest` is what a reference without both means in every OCI client.
        """
        return self.digest or self.tag or "latest"

    def __str__(self) -> str:
        """Return the form that `parse` reads back."""
        tag = f":{self.tag}" if self.tag is not None else ""
        return f"{self.repository}{tag}{'@' + self.digest if self.digest else ''}"


def _without_scheme(text: str) -> tuple[str, bool]:
    """Return the text after `oci://`, and whether that was there."""
    if not text:
        raise InvalidReference("The reference is empty", todo=f"Write oci://host/name, {_EXAMPLE}.")
    if len(text) > LONGEST:
        raise InvalidReference(  # none of it is told: any part may be of a password
            f"The reference is longer than {LONGEST} characters",
            todo=f"Write oci://host/name, {_EXAMPLE}.",
        )
    if blank := _BLANK.search(text):
        raise InvalidReference(
            f"A reference has no spaces or line breaks, and character {blank.start() + 1} is one",
            on=clean_line(text.rpartition("@")[2]),
            todo="Leave it out.",
        )
    scheme = _SCHEME.match(text)
    if scheme is None:
        return text, False
    rest = text[scheme.end() :]
    if scheme[1] == "oci":
        return rest, True
    plain = " and turn on plain HTTP for it" if scheme[1].lower() == "http" else ""
    raise InvalidReference(
        f"“{scheme[1]}://” is not how an OCI registry is written",
        on=f"{scheme[0]}{rest.rpartition('@')[2] if '@' in rest.partition('/')[0] else rest}",
        todo=f"Write oci://{rest.rpartition('@')[2]}{plain}.",
    )


def _parse_name(name: str, on: str) -> str:
    for component in name.split("/"):
        if _COMPONENT.fullmatch(component):
            continue
        if not component:
            raise InvalidReference(
                "The name has two slashes in a row", on=on, todo="Leave one out."
            )
        if component != component.lower() and _COMPONENT.fullmatch(component.lower()):
            raise InvalidReference(
                f"“{component}” has capitals, and OCI names are lowercase",
                on=on,
                todo=f"Write “{component.lower()}”.",
            )
        raise InvalidReference(
            f"“{component}” is not a name: lowercase letters and digits, "
            "with single . or _, __ or - between them",
            on=on,
            todo=f"Write oci://host/name, {_EXAMPLE}.",
        )
    return name


def _parse_tag(tag: str, on: str) -> str:
    if TAG.fullmatch(tag):
        return tag
    if "+" in tag and TAG.fullmatch(tag.replace("+", "_")):
        raise InvalidReference(
            f"“{tag}” cannot be a tag: tags have no +",
            on=on,
            todo=f"Write “{tag.replace('+', '_')}”, as Helm stores it.",
        )
    raise InvalidReference(
        f"“{tag}” is not a tag: up to 128 letters, digits, . _ and -, not starting with . or -",
        on=on,
        todo="Correct what follows the last colon.",
    )
