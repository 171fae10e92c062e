"""A throw-away Airflow home for this process. Airflow reads its environment once, when it is first imported: so this comes
first, at module level, and nothing here or in the tests imports Airflow before a test asks for it."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
_HOME = tempfile.TemporaryDirectory(prefix="attune-airflow-")

for name in [name for name in os.environ if name.startswith(("AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"))]:
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": _HOME.name,
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",  # True would put Airflow's own test settings in place of these
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_HOME.name}/airflow.db",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER": f"{_HOME.name}/logs",
}


# Airflow's in-process API imports starlette's test client, which asks for another HTTP library: nothing that we could mend.
TOLERATED = "ignore:Using .httpx. with .starlette.testclient. is deprecated"


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        item.add_marker(pytest.mark.filterwarnings(TOLERATED))
        if importlib.util.find_spec("airflow") is None:
            item.add_marker(pytest.mark.skip(reason="apache-airflow is not installed (extra: airflow)"))


@pytest.fixture(scope="session")
def airflow_home():
    return Path(_HOME.name)


@pytest.fixture(scope="session")
def airflow_db(airflow_home):
    from airflow.utils.db import initdb

    initdb()
    return airflow_home / "airflow.db"


@pytest.fixture
def parse(monkeypatch):
    """Parses a DAG folder as Airflow would, with a given hub.yaml (the reference deployment's if None)."""

    def parse(config=None, folder=ROOT / "dags"):
        from airflow.dag_processing.dagbag import DagBag

        if config is None:
            monkeypatch.delenv("HUB_CONFIG", raising=False)
        else:
            monkeypatch.setenv("HUB_CONFIG", str(config))
        return DagBag(str(folder))

    return parse


@pytest.fixture
def deployment(tmp_path):
    """A copy of the reference deployment's configuration, to be spoilt."""
    config = tmp_path / "hub.yaml"
    for drawer in ("privacy", "mappings"):
        shutil.copytree(ROOT / drawer, tmp_path / drawer)
    shutil.copy(ROOT / "hub.yaml", config)
    return config
