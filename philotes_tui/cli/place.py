"""Where the charts of a stack are published, told without what only a deploy needs."""

from pathlib import Path
from typing import NamedTuple

from philotes_tui.cli.importing import import_yaml
from philotes_tui.releases import is_loopback
from philotes_tui.settings import DEFAULT_REGISTRY, Settings


class Place(NamedTuple):
    """A folder of charts and how it is spoken to.

    Attributes:
        registry: Its address, `oci://host/path`.
        plain_http: Whether without TLS.
        ca_file: A PEM file of authorities to trust besides the system's.
    """

    registry: str
    plain_http: bool
    ca_file: Path | None


def place(settings: Settings, stack: str) -> Place:
    """Return where a stack's charts are; what the settings name goes before its file.

    Raises:
        SettingsError: The stack file is broken.
    """
    registry, ca_file, plain = settings.registry, settings.registry_ca_file, settings.plain_http
    configured = False
    if (settings.project / f"Pulumi.{stack}.yaml").exists():
        # Most of what lists versions runs where there is none, and need not pay for YAML.
        import_yaml()
        from philotes_tui.engine.stack_file import StackFile  # noqa: PLC0415

        file = StackFile.read(settings.project, stack)
        ca_file = ca_file or file.ca_file
        if not registry:
            registry, configured = file.settings.chart_registry, file.settings.plain_http
    elif not registry:
        registry = DEFAULT_REGISTRY
    if plain is None:
        plain = configured if not settings.registry else is_loopback(registry)
        plain = plain and ca_file is None
    return Place(registry, plain, ca_file)
