"""What a shell is offered after a word: versions that were seen before, stacks, channels.

Nobody is asked over a network, nothing is written, and whatever goes wrong offers nothing:
a person who presses Tab wants neither to wait nor to read an error.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from philotes_tui.errors import PhilotesError
from philotes_tui.folders import registry_cache
from philotes_tui.releases import Catalog, catalog_from_tags
from philotes_tui.settings import CHART, Settings, load

F = TypeVar("F", bound=Callable[..., Any])
_MOST = 200
_ONE_VERSION = frozenset({"preview", "deploy"})


def version_argument(name: str = "version", *, required: bool = True) -> Callable[[F], F]:
    """Return an argument that names a version."""
    return click.argument(name, required=required, shell_complete=complete_versions)


def stack_option(text: str) -> Callable[[F], F]:
    """Return the option that names a stack; `text` is its help."""
    return click.option("--stack", help=text, shell_complete=complete_stacks)


def complete_versions(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the versions that start with a text, newest first, as they were last seen.

    `latest` is offered where it is understood: nobody deploys what may be another one tomorrow.
    """
    del param
    catalog = _seen(ctx)
    found = [
        CompletionItem(r.version.text, help="pre-release" if r.version.is_prerelease else "stable")
        for r in catalog.releases
        if r.version.text.startswith(incomplete)
    ]
    found += [
        CompletionItem(other.version.text, help="a tag that Helm takes for a version")
        for other in catalog.others
        if other.version is not None and other.version.text.startswith(incomplete)
    ]
    latest = [CompletionItem("latest", help="the newest stable version")]
    understood = ctx.info_name not in _ONE_VERSION
    named = catalog.releases and understood and "latest".startswith(incomplete or "-")
    offered = latest if named else []
    return [*found[:_MOST], *offered]


def complete_stacks(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the stacks of the settings that start with a text."""
    del param
    settings = _settings(ctx)
    names = settings.stacks if settings else ()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_channels(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the channels that have a version, as they were last seen, and `all`."""
    del param
    names = (*_seen(ctx).channels, "all")
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _settings(ctx: click.Context) -> Settings | None:
    given = dict(_given(ctx))
    file = given.pop("file", None)
    try:
        return load(file, **given)
    except (PhilotesError, OSError):
        return None


def _given(ctx: click.Context) -> Iterator[tuple[str, Any]]:
    """Yield the options before the command that are settings."""
    values = ctx.find_root().params
    for name in ("file", "registry", "registry_ca_file", "project_dir", "stack"):
        if values.get(name) is not None:
            yield name, values[name]


def _seen(ctx: click.Context) -> Catalog:
    """Return the versions as they were last seen; none where nobody looked yet."""
    settings = _settings(ctx)
    if settings is None:
        return Catalog()
    from philotes_tui.cache import TagCache  # noqa: PLC0415 - only to complete versions
    from philotes_tui.cli.place import place  # noqa: PLC0415
    from philotes_tui.registry.reference import Repository  # noqa: PLC0415

    try:
        where = place(settings, ctx.params.get("stack") or settings.selected_stack)
        repository = Repository.parse(f"{where.registry.rstrip('/')}/{CHART}")
        seen = TagCache(registry_cache()).get(str(repository))
    except (PhilotesError, OSError):
        return Catalog()
    return catalog_from_tags(seen.tags) if seen else Catalog()
