"""Having every tool at hand: found, downloaded or built, several at once, resumable."""

import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from philotes_tui.errors import ToolBuildFailed, ToolError
from philotes_tui.toolchain import download as releases
from philotes_tui.toolchain.build import build, prefetch
from philotes_tui.toolchain.cache import Cache, held_lock, is_locked, writing
from philotes_tui.toolchain.development import ALL_TOOLS
from philotes_tui.toolchain.durations import expected_work, record_work
from philotes_tui.toolchain.found import FoundTool
from philotes_tui.toolchain.lookup import cached, found, inspect
from philotes_tui.toolchain.probe import version_of
from philotes_tui.toolchain.process import Children, Stopped
from philotes_tui.toolchain.progress import (
    Phase,
    Progress,
    ToolRow,
    arrived,
    moved,
    noted,
    ticked,
)
from philotes_tui.toolchain.tools import Tool

PARALLEL = 2
"""Groups that are made at once: one links on one processor while the other compiles."""

_TICK = 0.5
"""Seconds between two snapshots while nothing else happens."""

OFFLINE_NOTE = "No network for downloads, building from source."

Change = Callable[[Progress], Progress]


def ensure(
    names: Iterable[str],
    progress: Callable[[Progress], None] = lambda _: None,
    *,
    cache: Cache | None = None,
    stop: threading.Event | None = None,
) -> dict[str, FoundTool]:
    """Return every tool, downloading or building what is not there.

    Args:
        names: Names of tools, keys of `ALL_TOOLS`.
        progress: Called in this thread with a snapshot at every change and twice
            a second while something is made.
        cache: The cache to use; by default the user's.
        stop: Ends the work when set; every child process is ended.

    Raises:
        ToolBuildFailed: A build failed; `said` holds the last lines of its log.
        ToolMissing: A name is unknown, or there is neither Go nor a way to get it.
        StateFolderError: The cache cannot be written.
        Stopped: `stop` was set.
    """
    cache = cache or Cache.default()
    statuses = inspect(names, cache)
    snapshot = Progress(
        tuple(
            _row(ALL_TOOLS[status.name], index, len(statuses), cache)
            for index, status in enumerate(statuses, 1)
        )
    )
    tools = {status.name: found(status) for status in statuses if status.fits}
    for tool in tools.values():
        snapshot = arrived(snapshot, tool)
    progress(ticked(snapshot, 0.0))
    missing = [ALL_TOOLS[status.name] for status in statuses if not status.fits]
    if missing:
        with writing(cache.root):
            tools.update(_Workshop(cache, snapshot, progress, stop).make(missing))
    return {status.name: tools[status.name] for status in statuses}


def in_groups(tools: Iterable[Tool], work: Callable[[Tool], float]) -> list[list[Tool]]:
    """Return the tools by recipe group, the group with most work first.

    A group is made one tool after the other: its tools share most packages, and
    two builds at once would compile them twice. Optional tools close a group.
    """
    groups: dict[str, list[Tool]] = {}
    for tool in sorted(tools, key=lambda tool: tool.optional):
        groups.setdefault(tool.recipe.group, []).append(tool)
    return sorted(groups.values(), key=lambda group: -sum(map(work, group)))


def _row(tool: Tool, index: int, count: int, cache: Cache) -> ToolRow:
    expected = expected_work(tool, cache.root / "durations.json")
    return ToolRow(tool.name, tool.version, index, count, expected=expected)


class _Workshop:
    """One call of `ensure` that has something to make: two workers and what they report."""

    def __init__(
        self,
        cache: Cache,
        snapshot: Progress,
        show: Callable[[Progress], None],
        stop: threading.Event | None,
    ) -> None:
        self._cache = cache
        self._snapshot = snapshot
        self._show = show
        self._stop = stop or threading.Event()
        self._children = Children()
        self._changes: queue.SimpleQueue[Change] = queue.SimpleQueue()
        self._made: dict[str, FoundTool] = {}
        self._online = False

    def make(self, tools: list[Tool]) -> dict[str, FoundTool]:
        """Make the tools, showing snapshots, and return them."""
        durations = self._cache.root / "durations.json"
        groups = in_groups(tools, lambda tool: expected_work(tool, durations))
        with ThreadPoolExecutor(PARALLEL) as makers, ThreadPoolExecutor(1) as fetcher:
            try:
                self._look_for_network(tools)
                work = [makers.submit(self._make_group, group) for group in groups]
                work.append(fetcher.submit(self._prefetch, groups[PARALLEL:]))
                self._watch(work)
            except BaseException:
                self._children.stop()
                makers.shutdown(wait=True, cancel_futures=True)
                self._advance(0.0)
                raise
            finally:
                for row in self._snapshot.rows:
                    made = self._made.get(row.tool)
                    if made and made.origin == "build" and row.work:
                        record_work(row.tool, row.work, durations)
        return self._made

    def _watch(self, work: list[Future[None]]) -> None:
        pending = set(work)
        before = time.monotonic()
        while pending:
            done, pending = wait(pending, timeout=_TICK, return_when=FIRST_COMPLETED)
            now = time.monotonic()
            self._advance(now - before)
            before = now
            if self._stop.is_set():
                raise Stopped
            for future in done:
                future.result()

    def _advance(self, seconds: float) -> None:
        """Show what the workers told meanwhile, as of now."""
        while not self._changes.empty():
            self._snapshot = self._changes.get()(self._snapshot)
        self._snapshot = ticked(self._snapshot, seconds)
        self._show(self._snapshot)

    def _tell(self, change: Callable[..., Progress], *values: object) -> None:
        self._changes.put(lambda snapshot: change(snapshot, *values))

    def _look_for_network(self, tools: list[Tool]) -> None:
        """Try one host once: where it is out of reach, the others will be too."""
        if not releases.downloads_allowed():
            return
        pairs = (releases.addresses(tool.release) for tool in tools if tool.release)
        first = next((pair for pair in pairs if pair), None)
        if first is None:
            return
        self._online = releases.reachable(first[1])
        if not self._online:
            self._tell(noted, OFFLINE_NOTE)

    def _prefetch(self, groups: list[list[Tool]]) -> None:
        """Fetch modules for the groups whose turn comes later, while the first ones compile."""
        if self._online:
            return
        for group in groups:
            for tool in group:
                prefetch(tool, self._cache, self._children)

    def _make_group(self, group: list[Tool]) -> None:
        for tool in group:
            self._make_one(tool)

    def _make_one(self, tool: Tool) -> None:
        lock = self._cache.root / "locks" / f"{tool.name}.lock"
        if is_locked(lock):
            self._tell(moved, tool.name, Phase.WAITING)
        with held_lock(lock, self._children.stopped) as held:
            if not held:
                raise Stopped
            if not cached(tool, self._cache):
                try:
                    if not self._download(tool):
                        self._build(tool)
                except ToolError as error:
                    self._tell(moved, tool.name, Phase.FAILED, error.what)
                    raise
        status = cached(tool, self._cache)
        if status is None:  # somebody clears the cache while it is filled
            raise ToolBuildFailed(
                f"{tool.name} vanished from the cache", on=str(self._cache.root), todo="Try again."
            )
        self._made[tool.name] = found(status)
        self._tell(arrived, self._made[tool.name])

    def _download(self, tool: Tool) -> bool:
        """Download a tool; where that is not possible, say why and return False."""
        if not self._online:
            return False
        self._tell(moved, tool.name, Phase.DOWNLOADING)
        report = partial(self._tell, moved, tool.name, Phase.DOWNLOADING)
        try:
            path = releases.download(tool, self._cache, self._children.stopped, report)
            self._prove(tool, path)
        except releases.NoDownload as reason:
            self._tell(noted, f"{tool.name} is built from source: {reason}.")
        except ToolError as refused:
            self._tell(noted, f"{refused.sentence()} {tool.name} is built from source.")
        else:
            return True
        return False

    def _build(self, tool: Tool) -> None:
        self._tell(moved, tool.name, Phase.BUILDING)
        self._prove(tool, build(tool, self._cache, self._children))

    def _prove(self, tool: Tool, path: Path) -> None:
        """Run the tool once: one that does not run here leaves the cache again."""
        if not tool.version_args or version_of(tool, path, self._cache.root / "versions.json"):
            return
        folder = next(p for p in path.parents if p.parent.parent == self._cache.root)
        shutil.rmtree(folder, ignore_errors=True)
        raise ToolBuildFailed(
            f"{tool.name} {tool.version} does not run on this machine",
            on=str(path),
            todo=f"Install {tool.name} by hand and put it on PATH.",
        )
