"""The charts' READMEs: their tables of values are those of the values files."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "docs" / "values_table.py"


@pytest.fixture(scope="module")
def values_table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("values_table", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


VALUES = """\
# How many.
# At least one.
replicas: 2

# A group.
group:
  # Says | much.
  one: "a"
  two: []

# Defined elsewhere.
whole:
  deep:
    part: 1
# Empty by default.
none: {}
"""


def test_the_readmes_tables_are_current() -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_row_holds_key_default_and_comment(values_table: ModuleType) -> None:
    assert values_table.table(values_table.rows(VALUES)).splitlines()[2:] == [
        "| `replicas` | `2` | How many. At least one. |",
        "| `group` | | A group. |",
        r'| `group.one` | `"a"` | Says \| much. |',
        "| `group.two` | `[]` | |",
        '| `whole` | `{"deep": {"part": 1}}` | Defined elsewhere. |',
        "| `none` | `{}` | Empty by default. |",
    ]


def test_only_what_stands_between_the_markers_is_rewritten(values_table: ModuleType) -> None:
    begin, end = values_table.BEGIN, values_table.END
    text = values_table.rewritten(f"# A\n{begin}\nold\n{end}\nrest\n", VALUES)
    assert text.startswith(f"# A\n{begin}\n| Key |")
    assert text.endswith(f"{end}\nrest\n")
    assert "old" not in text
    assert values_table.rewritten(text, VALUES) == text


@pytest.mark.parametrize("readme", ["", "{begin}", "{end}{begin}", "{begin}{end}{begin}{end}"])
def test_a_readme_without_both_markers_is_an_error(values_table: ModuleType, readme: str) -> None:
    text = readme.format(begin=values_table.BEGIN, end=values_table.END)
    with pytest.raises(ValueError, match="once each"):
        values_table.rewritten(text, VALUES)


def test_a_changed_comment_makes_a_readme_stale(
    values_table: ModuleType, charts: Path, tmp_path: Path
) -> None:
    chart = tmp_path / "lakekeeper"
    chart.mkdir()
    for name in ("README.md", "values.yaml"):
        (chart / name).write_bytes((charts / "lakekeeper" / name).read_bytes())
    assert values_table.stale(tmp_path) == {}
    values = chart / "values.yaml"
    text = values.read_text(encoding="utf-8")
    values.write_text(text.replace("# Fewest pods.", "# Least pods."), encoding="utf-8")
    assert set(values_table.stale(tmp_path)) == {chart / "README.md"}


@pytest.mark.parametrize("chart", ["philotes", "philotes-api", "philotes-worker", "lakekeeper"])
def test_every_value_is_described(values_table: ModuleType, charts: Path, chart: str) -> None:
    values = (charts / chart / "values.yaml").read_text(encoding="utf-8")
    assert not [row.key for row in values_table.rows(values) if not row.text]
