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
    if width <= indent + 4 or cell_len(text) <= width:
        return [text]
    rows: list[str] = []
    start, margin = 0, ""
    while start < len(text):
        end = _break(text, start, width - len(margin))
        rows.append(margin + (text[start:end].rstrip() if end < len(text) else text[start:]))
        margin = " " * indent
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    return rows


def _break(text: str, start: int, width: int) -> int:
    """Return the index at which what begins at `start` is cut to have at most `width` cells.

    Looks at no more of the text than fits: a long line is walked once, not once for each row.
    """
    cut, cells = start, 0
    for index in range(start, len(text)):
        cells += cell_len(text[index])
        if cells > width:
            break
        cut = index + 1
    else:
        return len(text)
    earliest = start + max(1, (cut - start) // 2)
    blank = text.rfind(" ", earliest, cut + 1)
    if blank > 0:
        return blank
    joint = max(text.rfind(mark, earliest, cut) for mark in "/:,;=@")
    return max(start + 1, joint + 1 if joint > 0 else cut)
