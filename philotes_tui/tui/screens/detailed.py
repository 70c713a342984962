"""What a screen does that tells details of the versions in sight: ask for them, newest first."""

from collections.abc import Sequence
from functools import partial

from textual import events, on, work
from textual.timer import Timer

from philotes_tui.engine import Target
from philotes_tui.releases import Moved, Release
from philotes_tui.tui.detailed import Detailed, Known
from philotes_tui.tui.faults import LOGGER, as_error
from philotes_tui.tui.offload import awaited_in_thread, in_thread, streamed_in_thread
from philotes_tui.tui.screens.published import PublishedScreen
from philotes_tui.tui.wishes import Wishes

EACH = 0.1
"""Seconds for which answers, and rows that come into sight, are collected."""

STREAMS = 4
"""How many are asked at a time, each with its own connections; the earlier ones are waited for."""

Answer = tuple[Release, Known]


class DetailedScreen(PublishedScreen):
    """Asks for the details of what is in sight, as long as it is the screen that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.detailed = Detailed()
        self._streams: list[Wishes] = []
        self._looked_up: set[str] = set()
        self._arrived: list[Answer] = []
        self._untold: list[Moved] = []
        self._folding: Timer | None = None
        self._looking: Timer | None = None

    def in_sight(self) -> Sequence[Release]:
        """Return the versions that details are wanted of, the first ones first."""
        raise NotImplementedError

    def details_arrived(self, tags: Sequence[str]) -> None:
        """Draw the details of these versions."""
        raise NotImplementedError

    @property
    def details_awaited(self) -> bool:
        """Whether what is not known of a version is still going to be asked for."""
        known = self.published
        return known.fault is None and self.detailed.refused is None

    # When to ask

    def ask(self, target: Target, *, again: bool = False) -> None:
        """Ask a target's registry, unless it was asked already, and then for all details."""
        before = self.published
        super().ask(target, again=again)
        if self.published is not before:
            self._drop_details()  # all of them are asked for again
            self.detailed = self.detailed.again()

    def another_registry(self) -> None:
        """Forget the details of the other registry's versions."""
        self._drop_details()
        self.detailed = Detailed()

    def want_details(self) -> None:
        """Ask for the details of what is in sight, once that rests for a moment."""
        if self._looking is None:
            self._looking = self.set_timer(EACH, self._look)

    @on(events.ScreenSuspend)
    def stop_details(self) -> None:
        """Let no request go on that nobody sees the answer to."""
        self._fold()
        self._stop()

    def _drop_details(self) -> None:
        """Forget what has arrived and was not told, too."""
        self._arrived.clear()
        self._untold.clear()
        self._stop()

    def _stop(self) -> None:
        for stream in self._streams:
            stream.close()
        self._streams.clear()
        self._looked_up.clear()  # reading them may not have ended
        self.workers.cancel_group(self, "details")
        self.workers.cancel_group(self, "kept details")

    @on(events.ScreenResume)
    def _shown_again(self) -> None:
        self.want_details()

    def _look(self) -> None:
        self._looking = None
        target, releases = self.asked, self.in_sight()
        if target is None or self.app.screen is not self:
            return
        if not releases:
            self.stop_details()
            return
        if self._untold:  # until now: it stands on the screen
            self.moved_told(target, tuple(self._untold))
            self._untold.clear()
        unseen = [r for r in self.detailed.unseen(releases) if r.tag not in self._looked_up]
        if unseen:
            self._looked_up.update(release.tag for release in unseen)
            self._read_kept(target, unseen)
        if self.published.reading or not self.details_awaited:
            return  # the first answer tells whether it is worth while
        self._wish(target, self.detailed.wanting(releases))

    def _wish(self, target: Target, wanting: Sequence[Release]) -> None:
        """Have the last stream ask for these, or a further one if that waits for answers only."""
        asking = frozenset[str]().union(*(stream.asking for stream in self._streams))
        wanting = [release for release in wanting if release.tag not in asking]
        if self._streams and self._streams[-1].renew(wanting):
            return
        if wanting and len(self._streams) < STREAMS:
            self._streams.append(Wishes(wanting))
            self._ask_for(target, self._streams[-1])

    # Asking

    @work(group="kept details", exit_on_error=False)
    async def _read_kept(self, target: Target, releases: Sequence[Release]) -> None:
        services = self.philotes.services
        try:
            charts = await in_thread(lambda: services.charts(target))
            found = await awaited_in_thread(lambda: charts.kept_details(releases))
        except Exception as fault:  # noqa: BLE001 - the registry is asked all the same
            LOGGER.warning("the details seen last were not read: %s", fault)
            return
        if found:
            self.detailed = self.detailed.remembered(found)
            self.details_arrived(tuple(found))

    @work(group="details", exit_on_error=False)
    async def _ask_for(self, target: Target, stream: Wishes) -> None:
        services = self.philotes.services
        try:
            charts = await in_thread(lambda: services.charts(target))
            await streamed_in_thread(
                lambda: charts.details_of(stream), partial(self._arrive, stream)
            )
        except Exception as fault:  # noqa: BLE001 - told once for all versions
            error = as_error(fault, "reading details of versions", services.log_file)
            self._ended(stream)
            self.detailed = self.detailed.failed(error)
            self.draw()
        else:
            self._ended(stream)
            self.want_details()  # what came into sight when the last ones were on their way

    def _ended(self, stream: Wishes) -> None:
        self._fold()
        if stream in self._streams:
            self._streams.remove(stream)

    def _arrive(self, stream: Wishes, answer: Answer) -> None:
        if stream not in self._streams:
            return  # it was stopped when this was on its way, for another registry perhaps
        self._arrived.append(answer)
        if self._folding is None:
            self._folding = self.set_timer(EACH, self._fold)

    def _fold(self) -> None:
        """Take what has arrived since the last time, in one picture."""
        if self._folding is not None:
            self._folding.stop()
            self._folding = None
        arrived, self._arrived = self._arrived, []
        if arrived:
            self.detailed = self.detailed.answered(arrived)
            tags = [release.tag for release, _ in arrived]
            for stream in self._streams:
                stream.answered(tags)
            self.details_arrived(tags)
            moved = [known.moved for _, known in arrived if known.moved is not None]
            if moved:
                self.published = self.published.with_moved(moved)
                self._untold += moved
                self.draw()
                self.want_details()
