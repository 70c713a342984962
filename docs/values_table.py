"""Write the tables of values in the charts' READMEs from the comments in their values files.

`python docs/values_table.py` writes them; with `--check` it only tells which are stale, and
ends with 1 if any is.
"""  # noqa: INP001  a program of its own, not a package

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

CHARTS = Path(__file__).parent.parent / "charts"
BEGIN = "<!-- values: written by `make charts` from values.yaml -->"
END = "<!-- end of values -->"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        key: The value's path, its parts joined by dots.
        default: Its default as JSON; empty for a group of values.
        text: What the comment above it says.
    """

    key: str
    default: str
    text: str


def rows(values: str) -> list[Row]:
    """Return a row for each value of a values file, and one for each group with a comment.

    A group in which no key has a comment is taken as one value: such are those that Kubernetes
    defines.

    Args:
        values: The file's content.

    Raises:
        ValueError: it is no YAML mapping.
    """
    top = yaml.compose(values, Loader=yaml.SafeLoader)
    if not isinstance(top, yaml.MappingNode):
        raise ValueError("A values file holds a mapping")  # noqa: TRY004  it is the text that is wrong
    return list(_below(top, values.splitlines(), ""))


def _below(mapping: yaml.MappingNode, lines: list[str], prefix: str) -> Iterator[Row]:
    for key, value in mapping.value:
        path = f"{prefix}{key.value}"
        text = _comment_above(lines, key.start_mark.line)
        below = (
            list(_below(value, lines, f"{path}.")) if isinstance(value, yaml.MappingNode) else []
        )
        if any(row.text for row in below):
            if text:
                yield Row(path, "", text)
            yield from below
        else:
            default = yaml.safe_load(yaml.serialize(value))
            yield Row(path, json.dumps(default, ensure_ascii=False), text)


def _comment_above(lines: list[str], at: int) -> str:
    """Return the comment that ends right above a line and is indented as it is."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    start = at
    while start > 0 and lines[start - 1].startswith(" " * indent + "#"):
        start -= 1
    return " ".join(line.strip().removeprefix("#").strip() for line in lines[start:at])


def table(found: list[Row]) -> str:
    """Return rows as a Markdown table."""
    head = ["| Key | Default | Meaning |", "| --- | --- | --- |"]
    return "\n".join([*head, *map(_line, found)])


def _line(row: Row) -> str:
    default = f"`{_cell(row.default)}`" if row.default else ""
    return f"| `{row.key}` | {default} | {_cell(row.text)} |".replace("|  |", "| |")


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")


def rewritten(readme: str, values: str) -> str:
    """Return a README whose table is that of a values file.

    Args:
        readme: The README's content, with both markers.
        values: The values file's content.

    Raises:
        ValueError: the markers are not there, once each and in order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in after or END in after:
        raise ValueError(f"It must hold “{BEGIN}” and “{END}” once each")
    return f"{before}{BEGIN}\n{table(rows(values))}\n{END}{after}"


def stale(charts: Path) -> dict[Path, str]:
    """Return the READMEs whose table is not that of the values file, with what they should say.

    Raises:
        ValueError: a README lacks the markers; it names the file.
        OSError: a chart's README or values file cannot be read.
    """
    found: dict[Path, str] = {}
    for values in sorted(charts.glob("*/values.yaml")):
        readme = values.with_name("README.md")
        text = readme.read_text(encoding="utf-8")
        try:
            wanted = rewritten(text, values.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{readme}: {error}") from error
        if wanted != text:
            found[readme] = wanted
    return found


def main() -> int:
    """Write the READMEs or check them; returns the exit code."""
    parser = argparse.ArgumentParser(description="The charts' tables of values")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    check: bool = parser.parse_args().check
    found = stale(CHARTS)
    for readme, text in found.items():
        if not check:
            readme.write_text(text, encoding="utf-8")
        done = "is stale: run `make charts`" if check else "written"
        sys.stdout.write(f"{readme.relative_to(CHARTS.parent)} {done}\n")
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
