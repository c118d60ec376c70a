"""The house rules: who may import whom, types, style, budgets; and what importing costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
MODULES = sorted((ROOT / "bpcheck").rglob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "lint-imports --no-cache",
        "mypy",
        "mypy --config-file benchmarks/mypy.ini",
        "ruff check",
        "ruff format --check",
    ],
)
def test_the_tools_find_nothing(command):
    name, *arguments = command.split()
    done = subprocess.run([BIN / name, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_and_functions_keep_to_their_budget(path):
    """When a module outgrows its budget an idea is missing; see book/architecture.md."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            assert node.end_lineno - node.lineno - docstring.count("\n") <= 50, node.name


def test_importing_bpcheck_leaves_the_heavy_libraries_alone():
    code = "import sys, bpcheck, bpcheck.draw; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )

    assert not loaded & {
        "matplotlib",
        "sympy",
        "IPython",
        "nbformat",
        "nbgrader",
        "jupyterlab",
        "dask",
        "ipywidgets",
    }


def test_the_command_line_imports_no_server_and_no_nbgrader():
    code = "import sys, bpcheck.cli; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )

    assert not loaded & {"jupyterlab", "jupyter_server", "nbgrader", "nbformat"}
