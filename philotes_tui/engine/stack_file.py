"""A stack's configuration file, `Pulumi.<stack>.yaml`, read and edited without losing anything.

The keys are those of the stack program (`stack/Pulumi.yaml`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from philotes_tui.engine.stack_settings import (
    NAMESPACE,
    StackSettings,
    environment_of,
    read_settings,
)
from philotes_tui.engine.yaml_file import dumped, parse_document
from philotes_tui.errors import SettingsError
from philotes_tui.releases import ChartSource, RegistryChart

_WRITTEN = frozenset(
    f"{NAMESPACE}:{key}"
    for key in (
        "chartRegistry",
        "chartVersion",
        "useLocalCharts",
        "chartRegistryPlainHttp",
        "chartDigest",
        "kubeContext",
        "clusterId",
    )
)
_SECRETS_PROVIDER = ("secretsprovider", "encryptedkey", "encryptionsalt")


@dataclass(frozen=True)
class StackFile:
    """A stack file as it was read. Immutable: edits give new text.

    Attributes:
        path: Where it stands.
        stack: The stack's name.
        text: The document, empty if there is no file.
        settings: What it says, with defaults.
    """

    path: Path
    stack: str
    text: str
    settings: StackSettings

    @classmethod
    def read(cls, project_dir: Path, stack: str) -> "StackFile":
        """Return the stack's file; one that does not exist reads as an empty one.

        Raises:
            SettingsError: It is no YAML, or a value is none its key allows.
        """
        path = stack_path(project_dir, stack)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            text = ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "The stack file cannot be read",
                on=str(path),
                said=str(getattr(error, "strerror", None) or error),
                todo="Make it a readable UTF-8 file.",
            ) from error
        return cls.parse(text, path, stack)

    @classmethod
    def parse(cls, text: str, path: Path, stack: str) -> "StackFile":
        """Return the stack file that `text` is; `path` is named in errors.

        Raises:
            SettingsError: As for `read`.
        """
        return cls(path, stack, text, read_settings(parse_document(text, path), path, stack))

    @property
    def ca_file(self) -> Path | None:
        """Return the file of authorities to trust for the registry, as an absolute path."""
        named = self.settings.ca_file
        return (self.path.parent / Path(named).expanduser()).absolute() if named else None

    @property
    def revision(self) -> str:
        """Return a digest of what a deploy takes from this file and not from elsewhere.

        Left out is what this program and Pulumi write by themselves: chart, context,
        cluster and the keys of the secrets provider. So a file made by the first preview has the
        revision of the one that was absent before.
        """
        config = parse_document(self.text, self.path).get("config") or {}
        kept = {str(key): value for key, value in config.items() if str(key) not in _WRITTEN}
        kept.setdefault(f"{NAMESPACE}:environment", self.settings.environment)
        return hashlib.sha256(json.dumps(_plain(kept), sort_keys=True).encode()).hexdigest()

    def with_source(
        self, source: ChartSource, *, pinned: bool = False, context: str = "", cluster: str = ""
    ) -> str:
        """Return the document with the chart set to `source`; all else stays as it is.

        The environment is written where it is absent, so that the program deploys
        what the stack's name promised, and so are the context and the cluster that
        were approved.

        Args:
            source: Where the chart comes from.
            context: The kubeconfig context to name where the document names none.
            cluster: The cluster's id to record where the document records none.
            pinned: Whether a digest that `source` knows is written too, so that
                exactly that content is deployed.
        """
        document = parse_document(self.text, self.path)
        config = document.get("config")
        if config is None:
            config = document["config"] = CommentedMap()
        for key, value in _source_keys(source, pinned=pinned).items():
            _set(config, key, value)
        _set(config, "environment", self.settings.environment, keep=True)
        if context and not self.settings.kube_context:
            _set(config, "kubeContext", context)
        trusted = source.ca_file if isinstance(source, RegistryChart) else None
        # An inline program is not told which folder a relative path starts from.
        if trusted and (pinned or trusted != self.ca_file):
            _set(config, "chartRegistryCaFile", str(trusted))
        if cluster and not self.settings.cluster_id:
            _set(config, "clusterId", cluster)
        return dumped(document)


def stack_path(project_dir: Path, stack: str) -> Path:
    """Return where the stack's file stands."""
    return project_dir / f"Pulumi.{stack}.yaml"


def new_stack_text(stack: str, initial: Mapping[str, str]) -> str:
    """Return the first document of a stack.

    Args:
        stack: The stack's name; gives the environment.
        initial: Configuration by key; keys without a namespace are the program's.
    """
    config = CommentedMap()
    document = CommentedMap({"config": config})
    for key, value in {"environment": environment_of(stack), **initial}.items():
        _set(config, key, value)
    return dumped(document)


def adopt_salt(text: str, used: str) -> str:
    """Return a document with the keys of the secrets provider that Pulumi wrote to `used`.

    Pulumi writes them to the file it is given when the stack's own has none yet.
    """
    document, source = parse_document(text, Path()), parse_document(used, Path())
    missing = [k for k in _SECRETS_PROVIDER if k in source and k not in document]
    if not missing:
        return text
    for key in missing:
        document[key] = source[key]
    return dumped(document)


def _source_keys(source: ChartSource, *, pinned: bool) -> dict[str, str | None]:
    """Return what to set for a source; None removes a key."""
    if not isinstance(source, RegistryChart):
        return {"useLocalCharts": "true", "chartDigest": None}
    return {
        "chartRegistry": source.registry,
        "chartVersion": source.version.text,
        "useLocalCharts": "false",
        "chartRegistryPlainHttp": "true" if source.plain_http else "false",
        "chartDigest": source.digest if pinned else None,
    }


def _plain(value: object) -> object:
    """Return a value of YAML as JSON has it; what JSON does not know becomes its text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def _set(config: CommentedMap, key: str, value: str | None, *, keep: bool = False) -> None:
    full = key if ":" in key else f"{NAMESPACE}:{key}"
    if value is None:
        config.pop(full, None)
    elif not keep or full not in config:
        config[full] = value
