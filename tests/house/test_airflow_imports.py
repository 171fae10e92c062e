"""What of Airflow is imported is written down: a new minor version is looked at where it may have changed."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "decisions" / "0102-what-of-airflow-is-used.md"
PUBLIC = ("airflow.sdk", "airflow.providers", "airflow.plugins_manager", "airflow.timetables")
"""What Airflow's documentation calls its public interface, as far as the hub needs it."""


def imported():
    """Every name of Airflow's that our code imports, as ``module.name``."""
    for path in [*ROOT.glob("hub/**/*.py"), *ROOT.glob("dags/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "airflow":
                yield from (f"{node.module}.{one.name}" for one in node.names)
            elif isinstance(node, ast.Import):
                yield from (one.name for one in node.names if one.name.partition(".")[0] == "airflow")


NAMES = sorted(set(imported()))


def is_public(name):
    return any(name.startswith(f"{one}.") for one in PUBLIC)


def written_down():
    return set(re.findall(r"^\| `(airflow\.[\w.]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_nothing_private_is_imported():
    assert len(NAMES) > 20
    assert [name for name in NAMES if any(part.startswith("_") for part in name.split("."))] == []


def test_what_is_not_airflows_public_interface_is_written_down_with_what_it_is_for():
    assert {name for name in NAMES if not is_public(name)} == written_down()


def test_a_new_minor_version_of_airflow_is_not_installed_by_itself():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (pin,) = [one for one in project["optional-dependencies"]["airflow"] if one.startswith("apache-airflow>")]
    minor = re.fullmatch(r"apache-airflow>=3\.(\d+)\.\d+,<3\.(\d+)", pin)
    assert minor and int(minor[2]) == int(minor[1]) + 1
    page = (ROOT / "docs/how-to/run-on-airflow.md").read_text(encoding="utf-8")
    assert f"Airflow 3.{minor[1]}" in page
