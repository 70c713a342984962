"""The header of every screen: where would a deploy go."""

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from philotes_tui.foreign import clean_line
from philotes_tui.tui.fitting import shorten
from philotes_tui.tui.session import Place

LEAST_VALUE = 14
"""Cells that a shortened value keeps, below which it says nothing any more."""


class PlaceHeader(Widget):
    """Two lines: stack, environment and mode; cluster and registry."""

    COMPONENT_CLASSES = {  # noqa: RUF012 - Textual reads a plain class attribute
        "place-header--label",
        "place-header--value",
        "place-header--production",
        "place-header--environment",
        "place-header--demo",
        "place-header--fault",
    }
    place: reactive[Place] = reactive(Place(""))

    def on_mount(self) -> None:
        """Follow the program's place."""
        self.watch(self.app, "place", self._moved)

    def _moved(self, place: Place) -> None:
        self.place = place

    def watch_place(self, place: Place) -> None:
        """Let production change the whole header's look."""
        self.set_class(place.is_production, "-production")

    def render(self) -> Text:
        """Return both lines at the present width."""
        width = self.size.width
        first, second = header_lines(self.place, width)
        return Text("\n").join([self._styled(first, width), self._styled(second, width)])

    def _styled(self, parts: "list[Part]", width: int) -> Text:
        text = Text(no_wrap=True, overflow="crop")
        for content, role in parts:
            text.append(content, self.get_component_rich_style(f"place-header--{role}"))
        text.truncate(width)
        return text


Part = tuple[str, str]
"""A piece of text and the role that decides its look."""


def header_lines(place: Place, width: int) -> tuple[list[Part], list[Part]]:
    """Return the header's two lines as pieces that fit `width` cells; pure."""
    return _where(place, width), _from_to(place, width)


def _where(place: Place, width: int) -> list[Part]:
    target = place.target
    name = clean_line(place.stack, 60)
    mode = "local charts" if place.local else "registry"
    right: list[Part] = [("mode ", "label"), (mode, "value"), (" ", "label")]
    if place.demo:
        right = [(" DEMO ", "demo"), ("  ", "label"), *right]
    room = width - _cells(right) - 1
    if place.is_production:
        badge: list[Part] = [("▌PRODUCTION▐", "production")]
    elif target is not None:
        known = clean_line(target.environment, 20)
        badge = [("  environment ", "label"), (known, "environment")]
    else:
        badge = [("  environment ", "label"), ("?" if place.fault else "…", "environment")]
    left: list[Part] = [(" stack ", "label")]
    left.append((shorten(name, max(6, room - _cells(left) - _cells(badge) - 1)), "value"))
    left += [(" ", "label"), *badge]
    gap = max(1, width - _cells(left) - _cells(right))
    return [*left, (" " * gap, "label"), *right]


def _from_to(place: Place, width: int) -> list[Part]:
    if place.fault is not None:
        what = f" ✗ {place.fault.what}"
        return [(shorten(what, width - 1), "fault")]
    target = place.target
    registry = clean_line(target.registry if target else place.registry)
    registry = registry.removeprefix("oci://")
    if target is None:
        cluster, server, role = "reading…", "", "label"
    elif target.context:
        cluster, server, role = clean_line(target.context), clean_line(target.server), "value"
    else:
        cluster, server, role = "none", "", "fault"
    server = server.removeprefix("https://")
    left, right = _share(cluster, server, registry, width - len(" cluster    registry  "))
    parts: list[Part] = [(" cluster ", "label"), (left, role)]
    gap = max(2, width - _cells(parts) - len("registry ") - cell_len(right) - 1)
    return [*parts, (" " * gap, "label"), ("registry ", "label"), (right, "value")]


def _share(cluster: str, server: str, registry: str, room: int) -> tuple[str, str]:
    """Return cluster and registry shortened to `room` cells together.

    The server goes first, then the registry shrinks, then the cluster.
    """
    full = f"{cluster} ({server})" if server and server != cluster else cluster
    if cell_len(full) + cell_len(registry) <= room:
        return full, registry
    if cell_len(cluster) + cell_len(registry) <= room:
        return cluster, registry
    for_registry = max(LEAST_VALUE, room - cell_len(cluster), room // 2)
    registry = shorten(registry, min(for_registry, room - LEAST_VALUE))
    return shorten(cluster, max(LEAST_VALUE, room - cell_len(registry))), registry


def _cells(parts: list[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)
