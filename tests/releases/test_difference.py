"""What differs between two charts: nothing is missed, nothing is made up, and it is bounded."""

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from philotes_tui.releases import ChartContent, Dependency
from philotes_tui.releases.difference import (
    LONGEST,
    Change,
    Difference,
    FileDifference,
    ValueDifference,
    difference,
    unified,
)

API = ChartContent("api", "1.0.0", values="a: 1\n", templates={"templates/a.yaml": "x\n"})


def chart(*dependencies: Dependency, **fields: object) -> ChartContent:
    return ChartContent("whole", "1.0.0", dependencies=dependencies, **fields)  # type: ignore[arg-type]


def test_charts_that_are_equal_do_not_differ() -> None:
    whole = chart(Dependency("api", "1.0.0", content=API), values="a: 1\n", readme="x")
    assert difference(whole, whole) == Difference()


def test_values_and_templates_of_subcharts_are_found_below_them() -> None:
    other = ChartContent("api", "1.0.0", values="a: 2\n", templates={"templates/b.yaml": "x\n"})
    before = chart(Dependency("api", "1.0.0", alias="front", content=API))
    after = chart(Dependency("api", "1.0.0", alias="front", content=other))
    found = difference(before, after)
    assert found.values == (
        FileDifference(
            "charts/front/values.yaml", Change.CHANGED, ("@@ -1 +1 @@", "-a: 1", "+a: 2")
        ),
    )
    assert [(each.path, each.change) for each in found.templates] == [
        ("charts/front/templates/a.yaml", Change.REMOVED),
        ("charts/front/templates/b.yaml", Change.ADDED),
    ]


def test_dependencies_that_come_go_and_change_are_told() -> None:
    before = chart(Dependency("a", "1.0.0"), Dependency("b", "1.0.0", alias="c"))
    after = chart(Dependency("b", "2.0.0", alias="c"), Dependency("d", "1.0.0"))
    found = difference(before, after).dependencies
    assert found == (
        ValueDifference("a", "1.0.0", None),
        ValueDifference("b as c", "1.0.0", "2.0.0"),
        ValueDifference("d", None, "1.0.0"),
    )
    assert [each.change for each in found] == [Change.REMOVED, Change.CHANGED, Change.ADDED]


def test_of_several_images_in_one_template_those_that_differ_are_told() -> None:
    def templates(*images: str) -> dict[str, str]:
        return {"templates/a.yaml": "".join(f"  image: {image}\n" for image in images)}

    before = chart(templates=templates("a:1", "b:1", "c:1"))
    path = "templates/a.yaml"
    moved = difference(before, chart(templates=templates("a:1", "b:2", "c:1"))).images
    assert moved == (ValueDifference(path, "b:1", "b:2"),)
    others = difference(before, chart(templates=templates("c:1", "d:1"))).images
    assert others == (
        ValueDifference(path, "a:1", None),
        ValueDifference(path, "b:1", None),
        ValueDifference(path, None, "d:1"),
    )


def test_custom_resources_readme_schema_and_sizes_of_other_files_are_compared() -> None:
    before = chart(crds={"crds/a.yaml": "a\n"}, readme="one", files={"x.bin": 1, "y.bin": 1})
    after = chart(crds={"crds/a.yaml": "b\n"}, schema="{}", files={"x.bin": 2, "y.bin": 1})
    found = difference(before, after)
    assert [each.path for each in found.templates] == ["crds/a.yaml"]
    assert [(each.path, each.change) for each in found.files] == [
        ("README.md", Change.REMOVED),
        ("values.schema.json", Change.ADDED),
        ("x.bin", Change.CHANGED),
    ]


_LINES = st.lists(st.sampled_from(["a", "b: 1", "", "  - c", "-", "+x", "@@"]), max_size=12)


@given(_LINES, _LINES)
def test_what_is_told_turns_one_text_into_the_other(before: list[str], after: list[str]) -> None:
    lines = unified("\n".join(before), "\n".join(after))
    gone = [line[1:] for line in lines if line[:1] in {"-", " "}]
    come = [line[1:] for line in lines if line[:1] in {"+", " "}]
    assert bool(lines) == ("\n".join(before).splitlines() != "\n".join(after).splitlines())
    assert set(gone) <= set(before)
    assert set(come) <= set(after)


def test_a_patch_program_can_apply_it(tmp_path: Path) -> None:
    before = "".join(f"line {number}\n" for number in range(40))
    after = before.replace("line 3\n", "new\n").replace("line 30\n", "") + "last\n"
    (tmp_path / "values.yaml").write_text(before)
    patch = "\n".join(("--- a/values.yaml", "+++ b/values.yaml", *unified(before, after), ""))
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=tmp_path, check=True)
    assert (tmp_path / "values.yaml").read_text() == after


def test_a_file_that_is_too_long_is_told_without_its_lines() -> None:
    long = "a\n" * (LONGEST + 1)
    (found,) = difference(chart(values=long), chart(values=long + "b\n")).values
    assert (found.change, found.lines) == (Change.CHANGED, ())


@pytest.mark.parametrize("step", [1, 2])
def test_the_longest_files_are_compared_within_seconds(step: int) -> None:
    before = "".join(f"{number % 50}\n" for number in range(LONGEST))
    after = "".join(f"{number * step % 49}\n" for number in range(LONGEST))
    begun = time.monotonic()
    assert unified(before, after)
    assert time.monotonic() - begun < 20


def test_thousands_of_images_in_one_template_are_compared_at_once() -> None:
    def templates(host: str) -> dict[str, str]:
        lines = (f"  image: {host}/a:{number}\n" for number in range(16_000))
        return {"templates/a.yaml": "".join(lines)}

    before, after = chart(templates=templates("old")), chart(templates=templates("new"))
    begun = time.process_time()
    assert len(difference(before, after).images) == 32_000
    assert time.process_time() - begun < 4
