"""YAML that others wrote: read as Helm reads it, and never for long."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.releases.yaml_document import DEEPEST, NotYaml, read_yaml
from tests.conftest import at_hand


def merges(levels: int) -> str:
    """Return mappings of which each merges the one before eight times."""
    rows = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(8)) + "}"]
    rows += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 8)}]}}" for n in range(1, levels + 1)]
    return "\n".join(rows)


HOSTILE = {
    "merges of merges": (merges(30), "too many"),
    "merges of merges, not many": (merges(6), "too many"),
    "merge keys in one mapping": ("{" + "<<: {}," * 20_000 + "}", "too many"),
    "flow": ("[" * 100_000, "too deeply"),
    "block": ("- " * 100_000, "too deeply"),
    "questions": ("? " * 50_000, "too deeply"),
    "nodes": ("[" + "a," * 200_000 + "]", "too many"),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_what_would_take_all_time_or_memory_is_refused_at_once(how: str) -> None:
    text, said = HOSTILE[how]
    begun = time.monotonic()
    with pytest.raises(NotYaml, match=said):
        read_yaml(text)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("opening", ["[", "- ", "{a: "])
def test_no_nesting_ends_the_process(opening: str, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(opening * 200_000)
    code = (
        "import sys; from pathlib import Path\n"
        "from philotes_tui.releases.default_values import parsed_values\n"
        "assert parsed_values(Path(sys.argv[1]).read_text()) is None\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "values.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_number_in_base_60_is_text_however_long_it_is() -> None:
    long = "1" + ":1" * 100_000
    begun = time.monotonic()
    assert read_yaml(f"a: {long}\nb: 22:22\nc: 1:30.5") == {"a": long, "b": "22:22", "c": "1:30.5"}
    assert time.monotonic() - begun < 2


def test_a_number_beyond_64_bits_is_the_text_that_stands_there() -> None:
    hexadecimal, decimal = "0x" + "f" * 5_000, "9" * 5_000
    text = f"a: {hexadecimal}\nb: {decimal}\nc: {2**64}\nd: {2**64 - 1}\ne: -{2**64}\n"
    text += f"{decimal[:80]}: f"
    found = read_yaml(text)
    assert [found[key] for key in "abc"] == [hexadecimal, decimal, str(2**64)]
    assert [found[key] for key in "de"] == [2**64 - 1, f"-{2**64}"]
    assert found["9" * 80] == "f"


def test_a_date_is_text_as_a_value_and_as_a_key() -> None:
    text = "a: 2024-01-02\nb: 2001-12-14t21:59:43.10-05:00\n2024-01-02: c\nd: 2024-13-99\n"
    assert list(read_yaml(text).items()) == [
        ("a", "2024-01-02"),
        ("b", "2001-12-14t21:59:43.10-05:00"),
        ("2024-01-02", "c"),
        ("d", "2024-13-99"),
    ]


@pytest.mark.parametrize("text", ["a: [1,", "a: 1\n---\nb: 1\n", "a: \x00", "!!python/none x"])
def test_what_is_no_yaml_is_said_so(text: str) -> None:
    with pytest.raises(NotYaml):
        read_yaml(text)


def test_a_merge_and_an_alias_are_read() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 4}]}\nd: *a\n"
    assert read_yaml(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 1, "y": 2, "z": 4},
        "d": {"x": 1, "y": 2},
    }
    deep = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert read_yaml(deep) == json.loads(deep)


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
)


@given(
    st.recursive(
        _SCALARS,
        lambda below: (
            st.lists(below, max_size=5) | st.dictionaries(st.text(max_size=5), below, max_size=5)
        ),
    )
)
def test_what_was_written_is_read(value: object) -> None:
    assert read_yaml(yaml.safe_dump(value)) == value


@pytest.mark.real
@pytest.mark.parametrize(
    "written",
    ["22:22", "2024-01-02", "0xff", "010", "1_000", "1:30.5", str(2**64 - 1), "'1:1'", "="],
)
def test_numbers_and_dates_are_read_as_helm_reads_them(written: str, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: p\nversion: 1.2.3\n")
    (tmp_path / "values.yaml").write_text(f"a: {written}\n")
    helm = at_hand(["helm"])["helm"].path
    (tmp_path / "templates" / "a.yaml").write_text("a: {{ .Values.a | toJson | quote }}\n")
    done = subprocess.run(
        [helm, "template", "x", tmp_path],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    helms = yaml.safe_load(done.stdout)["a"]
    assert json.loads(helms) == pytest.approx(read_yaml(f"a: {written}")["a"])


LARGE_MAPPING = "{" + ",".join(f"k{number}" for number in range(80)) + "}"


@pytest.mark.parametrize("text", ["x", "''", "_", "+", LARGE_MAPPING])
@pytest.mark.parametrize("tag", ["!!bool", "!!int", "!!float"])
def test_what_does_not_fit_its_tag_is_no_yaml(tag: str, text: str) -> None:
    with pytest.raises(NotYaml):
        read_yaml(f"a: {tag} {text}")


def test_a_lone_equals_sign_is_text() -> None:
    assert read_yaml("a: =\n=: b\nc: [=, '=']\n") == {"a": "=", "=": "b", "c": ["=", "="]}
