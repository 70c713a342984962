"""Which images a chart names: those that helm renders, and what hostile values cannot do."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from philotes_tui.registry.archive import read_chart
from philotes_tui.releases import ChartContent, Dependency
from philotes_tui.releases.images import Image, images
from tests.conftest import CHARTS, at_hand
from tests.registry.test_archive import tgz

_RENDERED = re.compile(r"^\s*(?:- )?image: [\"']?([^\"'\s]+)", re.MULTILINE)


def found(values: str, app_version: str = "1.2.3", **fields: object) -> dict[str, str]:
    content = ChartContent("c", "1.0.0", app_version, values=values, **fields)  # type: ignore[arg-type]
    return {image.path: image.reference for image in images(content)}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("image: {repository: a/b}", {"image": "a/b:1.2.3"}),
        ("image: {repository: a/b, tag: ''}", {"image": "a/b:1.2.3"}),
        ("image: {repository: a/b, tag: 7}", {"image": "a/b:7"}),
        ("image: {registry: r.io, repository: a/b, tag: x}", {"image": "r.io/a/b:x"}),
        ("image: {repository: a, tag: x, digest: 'sha256:0'}", {"image": "a@sha256:0"}),
        ("image: a/b:c", {"image": "a/b:c"}),
        ("job: {image: a/b:c}", {"job.image": "a/b:c"}),
        ("proxyImage: {repository: a, tag: x}", {"proxyImage": "a:x"}),
        ("image: true", {}),
        ("image: nginx", {"image": "nginx"}),
        ("image: Two words", {}),
        (f"image: {'a' * 300}", {}),
        ("backgroundImage: dark", {}),
        ("sidecars: [{image: a/b:c}, {image: {repository: d}}]",
         {"sidecars[0].image": "a/b:c", "sidecars[1].image": "d:1.2.3"}),
        ("a: [[{image: b:c}]]", {"a[0][0].image": "b:c"}),
        ("image: [a/b:c]", {}),
        ("imagePullPolicy: Always", {}),
        ("a: [1,", {}),
        ("- a", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_values_name_images_by_the_convention_of_helm(
    values: str, expected: dict[str, str]
) -> None:
    assert found(values) == expected


def test_build_metadata_is_written_as_in_a_tag() -> None:
    assert found("image: {repository: a}", "1.0.0+b.5") == {"image": "a:1.0.0_b.5"}


def test_the_parents_values_are_on_top_of_those_of_the_subchart() -> None:
    api = ChartContent("api", "1.0.0", "9", values="image: {repository: a, tag: old}")
    whole = ChartContent(
        "c",
        "1.0.0",
        values="front: {image: {tag: new}}",
        dependencies=(Dependency("api", "1.0.0", alias="front", content=api),),
    )
    assert images(whole) == (Image("front.image", "a:new"),)


def test_an_image_that_stands_in_a_template_is_found() -> None:
    templates = {"templates/a.yaml": "  - image: busybox:1  # small\n  - image: {{ .x }}\n"}
    assert found("", templates=templates) == {"templates/a.yaml": "busybox:1"}


def test_all_images_that_one_template_names_are_found_each_once() -> None:
    text = "  - image: busybox:1\n  - image: alpine:3\n  - image: busybox:1\n"
    content = ChartContent("c", "1.0.0", templates={"templates/a.yaml": text})
    assert images(content) == (
        Image("templates/a.yaml", "alpine:3"),
        Image("templates/a.yaml", "busybox:1"),
    )


def test_lists_that_unfold_without_end_take_no_time() -> None:
    rows = ["a0: &a0 [" + ", ".join("{image: b:c}" for _ in range(99)) + "]"]
    rows += [f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9))}]" for n in range(1, 25)]
    begun = time.monotonic()
    found("\n".join(rows))
    assert time.monotonic() - begun < 5


def test_values_that_unfold_without_end_take_no_time() -> None:
    rows = ["a0: &a0 {image: {repository: x}}"]
    rows += [
        f"a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(9))}}}" for n in range(1, 25)
    ]
    begun = time.monotonic()
    found("\n".join(rows))
    assert time.monotonic() - begun < 5


@pytest.mark.real
def test_the_images_of_our_charts_are_those_that_helm_renders(tmp_path: Path) -> None:
    helm = at_hand(["helm"])["helm"].path
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    for name in ("philotes-api", "philotes-worker", "lakekeeper"):
        chart = CHARTS / name
        done = subprocess.run(
            [helm, "template", "x", chart, "--set", "database.host=h,global.database.host=h"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(done.stderr)
        files = {
            f"{name}/{path.relative_to(chart)}": path.read_bytes()
            for path in chart.rglob("*")
            if path.is_file()
        }
        content = read_chart(tgz(files, folder=""), on=name)
        assert {image.reference for image in images(content)} == set(_RENDERED.findall(done.stdout))
