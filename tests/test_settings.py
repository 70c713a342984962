"""Where settings come from, and what a broken file says."""

from pathlib import Path

import pytest

from philotes_tui.errors import SettingsError
from philotes_tui.folders import registry_cache
from philotes_tui.settings import Settings, load


def write(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(environment={"PHILOTES_TUI_STATE_DIR": str(tmp_path)})
    assert settings.registry == Settings().registry
    assert settings.selected_stack == "dev"
    assert settings.project == tmp_path / "project"


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, 'registry = "oci://file/x"\nstack = "prod"\nbackend_url = "file:///f"\n')
    environment = {"PHILOTES_TUI_REGISTRY": "oci://env/x", "PHILOTES_TUI_STACK": "staging"}
    settings = load(file, environment, registry="oci://flag/x")
    assert settings.registry == "oci://flag/x"
    assert settings.stack == "staging"
    assert settings.backend_url == "file:///f"


def test_the_environment_gives_lists_and_booleans_as_text(tmp_path: Path) -> None:
    environment = {"PHILOTES_TUI_STACKS": "one, two", "PHILOTES_TUI_PLAIN_HTTP": "true"}
    settings = load(write(tmp_path, ""), environment)
    assert settings.stacks == ("one", "two")
    assert settings.plain_http is True


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('registry = "x"\nstack =\n', ":2", "not valid TOML"),
        ('registry = "x"\nregistri = "y"\n', ":2", "“registri” is not a setting"),
        ("\n\nplain_http = 3\n", ":3", "“plain_http” must be true or false"),
        ('stacks = "dev"\n', ":1", "“stacks” must be a list of stack names"),
        ('stacks = ["a/b"]\n', ":1", "“stacks” must be a list of stack names"),
        ("registry = 1\n", ":1", "“registry” must be text"),
    ],
)
def test_a_broken_file_is_named_with_line_and_key(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert caught.value.on == f"{file}{place}"
    assert words in caught.value.sentence()
    assert caught.value.todo


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load(tmp_path / "no.toml", {})


def test_a_stack_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not one of the stacks"):
        load(write(tmp_path, 'stack = "qa"\n'), {})


def test_a_boolean_that_is_none_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(write(tmp_path, ""), {"PHILOTES_TUI_PLAIN_HTTP": "maybe"})
    assert caught.value.on == "PHILOTES_TUI_PLAIN_HTTP"


def test_what_registries_said_is_kept_below_the_cache_folder() -> None:
    named = registry_cache({"PHILOTES_TUI_CACHE": "/somewhere/else"})
    assert named == Path("/somewhere/else/registry")
    assert registry_cache({}).parts[-2:] == ("philotes-tui", "registry")
