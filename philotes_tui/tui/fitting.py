"""Making text fit a number of terminal cells without making it ambiguous."""

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"


def shorten(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, cut in the middle where it is too long.

    Both ends stay: hosts begin and versions, ports and names end a value.
    """
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    head = (width - 1) // 2
    tail = width - 1 - head
    end = text[-tail:] if tail else ""
    while cell_len(end) > tail:
        end = end[1:]
    return f"{set_cell_size(text, head).rstrip()}{ELLIPSIS}{end}"


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, cut at the end where it is too long."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + ELLIPSIS if width > 0 else ""


def pad(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, shortened or filled with blanks."""
    short = shorten(text, width)
    return short + " " * (width - cell_len(short))


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """Return one line of text as rows of at most `width` cells, broken at blanks.

    Args:
        text: One line, without line feeds. Nothing of it is lost but the blanks at breaks.
        width: Cells in a row.
        indent: Cells by which the second and later rows are moved right.
    """
    if cell_len(text) <= width or width <= indent + 4:
        return [text]
    rows: list[str] = []
    rest, margin = text, ""
    while cell_len(margin + rest) > width:
        cut = _break(rest, width - len(margin))
        rows.append(margin + rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
        margin = " " * indent
    if rest:
        rows.append(margin + rest)
    return rows


def _break(text: str, width: int) -> int:
    """Return the index at which `text` is cut so that the head has at most `width` cells."""
    cut, cells = 0, 0
    for index, character in enumerate(text):
        cells += cell_len(character)
        if cells > width:
            break
        cut = index + 1
    earliest = max(1, cut // 2)
    blank = text.rfind(" ", earliest, cut + 1)
    if blank > 0:
        return blank
    joint = max(text.rfind(mark, earliest, cut) for mark in "/:,;=@")
    return max(1, joint + 1 if joint > 0 else cut)
