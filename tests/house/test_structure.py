"""The house rules, as tests."""

import ast
import io
import statistics
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*ROOT.glob("hub/**/*.py"), *ROOT.glob("plugins/*/hub_*/**/*.py")])
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
SCHEDULER = ROOT / "hub" / "airflow"


def ids(path):
    return str(path.relative_to(ROOT))


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function):
    """Lines of code in a function's body: no docstring, no comments, no blank lines, no nested functions' own bodies twice."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    inside = {line for node in body for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return len(inside)


def test_there_is_something_to_check():
    assert len(MODULES) > 50


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_function_is_longer_than_fifty_lines(path):
    assert {f.name: body_lines(f) for f in functions(TREES[path]) if body_lines(f) > 50} == {}


def test_functions_are_short():
    sizes = [body_lines(f) for tree in TREES.values() for f in functions(tree)]
    assert statistics.quantiles(sizes, n=10)[-1] <= 20


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(TREES[path])


def test_there_is_no_dumping_ground():
    banned = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
    assert [ids(path) for path in MODULES if banned & {path.stem, *path.relative_to(ROOT).parts}] == []


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_every_lint_exception_says_why(path):
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and ("noqa" in token.string or "type: ignore" in token.string)
    ]
    for comment in comments:
        reason = comment.replace("#", " ").split("]")[-1] if "type: ignore" in comment else comment.split(" - ", 1)[-1]
        assert len(reason.split()) >= 3 and (" - " in comment or "type: ignore" in comment), comment


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_a_broad_except_only_stands_where_strangers_run(path):
    # The loader and the conformance kit run code of strangers, which may raise anything.
    allowed = {"hub/plugins.py", "hub/testing/conformance.py", "hub/pipeline/run.py", "hub/pipeline/gathering.py"}
    broad = [
        node.lineno
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert not broad or ids(path) in allowed


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_production_code_asks_whether_it_is_under_test(path):
    if "testing" in path.parts:
        pytest.skip("made for tests")
    text = path.read_text(encoding="utf-8")
    assert "PYTEST_CURRENT_TEST" not in text and 'sys.modules["pytest"]' not in text and "_called_from_test" not in text


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_naive_time(path):
    calls = [
        node.lineno
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Attribute) and node.attr in {"utcnow", "utcfromtimestamp"}
    ]
    assert calls == []


def test_the_contract_is_cheap_to_import():
    heavy = (
        "airflow",
        "presidio_analyzer",
        "spacy",
        "cryptography",
        "sqlalchemy",
        "requests",
        "numpy",
        "yaml",
        "jmespath",
    )
    code = f"import sys, hub.contract; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_command_line_does_not_import_models():
    code = "import sys, hub.cli; print([m for m in ('airflow', 'presidio_analyzer', 'spacy', 'tweepy') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_every_public_name_has_a_docstring():
    missing = []
    for path, tree in TREES.items():
        for node in tree.body if "versions" not in path.parts else ():
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                missing += [] if ast.get_docstring(node) else [f"{ids(path)}:{node.name}"]
    assert missing == []


def test_nothing_names_the_place_where_it_was_made():
    told = [
        ids(path)
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".yaml", ".yml", ".toml", ".sh", ""}
        and not {".git", ".venv", ".tools", "var", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
        & set(path.relative_to(ROOT).parts)
        and ("/wor" + "k/") in path.read_text(encoding="utf-8", errors="ignore")
    ]
    assert told == []
