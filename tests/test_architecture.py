"""The direction of imports, what the start may cost, and how long a file may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "philotes_tui").rglob("*.py"), *(ROOT / "stack").rglob("*.py")])
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "common", "misc"}


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'stack'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("philotes_tui.tui.app", {"pulumi", "httpx", "ruamel", "grpc"}),
        ("philotes_tui.cli.main", {"pulumi", "httpx", "ruamel", "textual", "grpc"}),
        ("philotes_tui.registry", {"pulumi", "textual", "grpc"}),
        ("philotes_tui.releases", {"pulumi", "httpx", "textual", "grpc", "ruamel", "yaml"}),
        ("philotes_tui.cache", {"pulumi", "httpx", "textual", "grpc", "ruamel", "asyncio"}),
        ("philotes_tui.engine", {"pulumi", "httpx", "textual", "grpc"}),
        ("philotes_tui.toolchain", {"pulumi", "httpx", "textual", "grpc"}),
        ("philotes_tui.demo", {"pulumi", "textual", "grpc"}),
        ("philotes_stack", {"pulumi", "philotes_tui"}),
    ],
)
def test_importing_a_room_does_not_import(module: str, forbidden: set[str]) -> None:
    code = f"import sys, {module}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'stack'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not forbidden & set(done.stdout.split())


def test_charts_are_published_by_a_python_with_nothing_installed() -> None:
    code = f"import sys; sys.path.append({str(ROOT)!r}); import philotes_tui.publishing.__main__"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_and_its_functions_fit_on_a_few_screens(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    long = [f"{name}: {lines}" for name, lines in _functions(text) if lines > LONGEST_FUNCTION]
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [p for p in SOURCES if FORBIDDEN_NAMES & set(p.stem.split("_"))]


def _functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield each function with the lines of its body, its docstring not counted."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            documented = len(docstring.splitlines())
            yield node.name, (node.end_lineno or node.lineno) - node.body[0].lineno - documented
