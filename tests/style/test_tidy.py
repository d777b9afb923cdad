"""What no linter sees: budgets of size, where SQL lies, what no committed file may hold."""

import ast
import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE_LINES_MAX, FUNCTION_LINES_MAX, LINE_CHARS_MAX = 400, 60, 150

# Written apart, so that this file does not find itself.
MACHINE = re.compile("|".join(["/wo" + "rk/", "/home/" + r"\w", "/ro" + r"ot/\w", "/tmp/" + r"\w"]))
INDEX = re.compile("|".join(["files.pythonhos" + "ted", "pypi.o" + "rg", "registry.npm" + "js"]))
SQL = re.compile(
    r"^\s*(select\s.+\sfrom|insert into|update \w+ set|delete from|create table)\b", re.IGNORECASE
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FILES = committed()
PYTHON = [path for path in FILES if path.suffix == ".py"]
PRODUCT = [path for path in PYTHON if {"collector", "emitters"} & set(path.parts)]


def said(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_fit_the_head() -> None:
    long = {
        said(path): n for path in PYTHON if (n := path.read_text().count("\n")) > CODE_LINES_MAX
    }
    assert not long


def test_functions_fit_a_screen() -> None:
    long = [
        f"{said(path)}:{node.lineno} {node.name}"
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert not long


def test_nothing_is_named_for_nothing() -> None:
    idle = {"utils", "util", "helpers", "misc", "common"}
    assert [said(path) for path in FILES if path.stem in idle or idle & set(path.parts)] == []


def test_sql_lies_in_sql_files() -> None:
    found = [
        f"{said(path)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert not found


@pytest.mark.parametrize("pattern", [MACHINE, INDEX], ids=["path of a machine", "package index"])
def test_no_committed_file_holds(pattern: re.Pattern[str]) -> None:
    text = {path: path.read_bytes().decode("utf-8", "replace") for path in FILES}
    assert {said(path): m[0] for path, body in text.items() if (m := pattern.search(body))} == {}


def test_generated_pages_are_those_of_the_code() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, content in generate.pages().items():
        assert (ROOT / "docs/reference" / name).read_text() == content, "say: make reference"


def test_pages_link_to_what_is_there() -> None:
    broken = [
        f"{said(page)} -> {target}"
        for page in FILES
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_the_map_names_what_is_there() -> None:
    paths = [f"/{said(path)}" for path in FILES]
    named = re.findall(r"`([\w/]+\.(?:py|sql|md))`", (ROOT / "ARCHITECTURE.md").read_text())
    assert len(named) > 20
    assert [name for name in named if not any(path.endswith(f"/{name}") for path in paths)] == []
