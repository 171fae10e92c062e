"""The built wheel of the core works outside the checkout, with its default rules and mappings inside; every plugin builds."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


def build(project: Path, target: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return next(target.glob("*.whl"))


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_every_distribution_builds(project, tmp_path):
    names = zipfile.ZipFile(build(project, tmp_path)).namelist()
    assert any(name.endswith("py.typed") for name in names)
    if project != ROOT:
        package = next(project.glob("hub_*"))
        shipped = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        assert {path.relative_to(project).as_posix() for path in shipped} <= set(names)
        assert any(name.endswith("entry_points.txt") for name in names)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel unpacked somewhere else, in front of everything."""
    folder = tmp_path_factory.mktemp("wheel")
    site = folder / "site"
    zipfile.ZipFile(build(ROOT, folder)).extractall(site)

    def run(*arguments, cwd, text=None):
        environment = {**os.environ, "PYTHONPATH": str(site)}
        command = [sys.executable, "-m", "hub", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, input=text, capture_output=True, text=True)

    run.site = site
    return run


def test_it_is_the_wheel_that_runs(installed, tmp_path):
    code = "import hub; print(hub.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(installed.site)}
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.stdout.strip().startswith(str(installed.site))


def test_init_writes_a_deployment_that_checks_out(installed, tmp_path):
    made = installed("init", "my hub", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "my hub"
    assert {"hub.yaml", "privacy", "mappings", "var"} <= {path.name for path in folder.iterdir()}
    assert (folder / "var" / "root.key").stat().st_mode & 0o077 == 0
    assert installed("migrate", cwd=folder).returncode == 0
    secrets = {"SALESFORCE_CONSUMER_SECRET", "ZENDESK_API_TOKEN", "VOUCHERIFY_APP_TOKEN", "X_BEARER_TOKEN"}
    os.environ.update(dict.fromkeys(secrets, "not-a-real-secret"))
    try:
        checked = installed("check", "--offline", cwd=folder)
    finally:
        for name in secrets:
            del os.environ[name]
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_filters_work_without_a_deployment(installed, tmp_path):
    ran = installed("redact", cwd=tmp_path, text='{"id": 1, "text": "Write to maria.garcia@example.com"}\n')
    assert ran.returncode == 0, ran.stderr
    assert "maria.garcia@example.com" not in ran.stdout and "EMAIL_ADDRESS" in ran.stdout
