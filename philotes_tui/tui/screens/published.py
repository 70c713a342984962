"""What a screen does that knows the published versions: read, compare, remember what was told."""

from pathlib import Path

from textual import on, work

from philotes_tui.engine import Target
from philotes_tui.releases import CachedTags, Catalog, catalog_from_tags
from philotes_tui.tui.faults import LOGGER, as_error
from philotes_tui.tui.messages import CatalogRead, CatalogSeen, CatalogUnreadable, TagsMoved
from philotes_tui.tui.offload import awaited_in_thread, in_thread
from philotes_tui.tui.published import Published
from philotes_tui.tui.screens.base import PhilotesScreen
from philotes_tui.tui.services import Charts


class PublishedScreen(PhilotesScreen):
    """Shows the list seen last at once, and the registry's as soon as it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.published = Published()
        self._asked: Target | None = None
        self._listed: Target | None = None

    @property
    def asked(self) -> Target | None:
        """Whose registry is shown, or None before any is asked."""
        return self._asked

    def draw(self) -> None:
        """Draw what is known now."""
        raise NotImplementedError

    def another_registry(self) -> None:
        """Take note that the versions will be those of another registry."""

    def ask(self, target: Target, *, again: bool = False) -> None:
        """Ask a target's registry, unless it was asked already.

        Args:
            target: Whose registry.
            again: Whether to ask even so.
        """
        if not again and _same_registry(target, self._asked):
            return
        if not _same_registry(target, self._listed):
            self.published = Published()
            self.another_registry()
        self._asked = self._listed = target
        self.published = self.published.asked(self.philotes.clock())
        self._read(target)

    def forget_asked(self) -> None:
        """Let the registry be asked again when the target has been read again."""
        self._asked = None

    @work(group="catalog", exclusive=True, exit_on_error=False)
    async def _read(self, target: Target) -> None:
        services = self.philotes.services
        if self.published.catalog is None:
            await self._read_seen(target)
        charts: Charts | None = None
        try:
            charts = await in_thread(lambda: services.charts(target))
            catalog = await awaited_in_thread(charts.catalog)
        except Exception as fault:  # noqa: BLE001 - shown as an error
            error = as_error(fault, "reading the versions", services.log_file)
            notices = charts.notices if charts else ()
            self.post_message(CatalogUnreadable(target, error, notices))
        else:
            self.post_message(CatalogRead(target, catalog, charts.notices))
            await self._compare(target, charts)

    async def _read_seen(self, target: Target) -> None:
        services = self.philotes.services

        def read() -> tuple[CachedTags, Catalog] | None:
            seen = services.seen(target)
            return (seen, catalog_from_tags(seen.tags)) if seen else None

        try:
            found = await in_thread(read)
        except Exception as fault:  # noqa: BLE001 - the registry is asked all the same
            LOGGER.warning("the list seen last was not read: %s", fault)
            return
        if found:
            self.post_message(CatalogSeen(target, found[1], found[0].seen_at))

    async def _compare(self, target: Target, charts: Charts) -> None:
        """Look for moved tags; without an answer the list stands, and the log tells why."""
        try:
            moved = await awaited_in_thread(charts.moved)
            self.post_message(TagsMoved(target, moved, charts.notices))
            if moved:  # what nobody was told, as this was cancelled, is found again
                await in_thread(lambda: charts.told(moved))
        except Exception as fault:  # noqa: BLE001 - logged
            as_error(fault, "comparing digests", self.philotes.services.log_file)

    @on(CatalogSeen)
    def _catalog_seen(self, message: CatalogSeen) -> None:
        if _same_registry(message.target, self._listed):
            self.published = self.published.seen(message.catalog, message.seen_at)
            self.draw()

    @on(CatalogRead)
    def _catalog_read(self, message: CatalogRead) -> None:
        if _same_registry(message.target, self._listed):
            listed = self.published.listed(message.catalog, self.philotes.clock())
            self.published = listed.noticed(message.notices)
            self.draw()

    @on(CatalogUnreadable)
    def _catalog_unreadable(self, message: CatalogUnreadable) -> None:
        if _same_registry(message.target, self._listed):
            self.published = self.published.failed(message.error).noticed(message.notices)
            self.draw()

    @on(TagsMoved)
    def _tags_moved(self, message: TagsMoved) -> None:
        if _same_registry(message.target, self._listed):
            self.published = self.published.with_moved(message.moved).noticed(message.notices)
            self.draw()


def _same_registry(one: Target, other: Target | None) -> bool:
    """Whether the same questions would get the same answers: from whom, and whom it trusts."""
    return other is not None and _asked_how(one) == _asked_how(other)


def _asked_how(target: Target) -> tuple[str, bool, Path | None]:
    return target.registry, target.plain_http, target.ca_file
