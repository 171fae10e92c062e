"""docker-compose.yml hangs together, as far as can be told without a container engine: commands, paths, settings, secrets."""

import base64
import fnmatch
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
import yaml

from hub.airflow.cluster import COMMANDS
from hub.airflow.place import KEYS_OF, shared_settings
from hub.cli import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
KEYS = {"AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"}


def commands():
    """Every command of our own image, as words: shell lines taken apart."""
    for service in OURS.values():
        words = [*service.get("entrypoint", []), *service["command"]]
        for line in words[2].split("&&") if words[:2] == ["sh", "-c"] else [shlex.join(words)]:
            yield shlex.split(line)
        match service.get("healthcheck", {}).get("test"):
            case ["CMD", "airflow", *checks]:
                yield ["airflow", *checks]


PARSE = """
import json, sys
from airflow.cli.cli_parser import get_parser
parser, refused = get_parser(), []
for words in json.load(sys.stdin):
    try:
        parser.parse_args(words[1:])
    except SystemExit:
        refused.append(words)
print("refused:", json.dumps(refused))
"""


def test_every_airflow_command_exists(tmp_path):
    if find_spec("airflow") is None:
        pytest.skip("apache-airflow is not installed (extra: airflow)")
    ours = [words for words in commands() if words[0] == "airflow"]
    assert len(ours) == 9
    if find_spec("airflow.providers.celery") is None:  # its commands come with the extra "celery"
        ours = [words for words in ours if words[1] != "celery"]
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}
    command = [sys.executable, "-W", "ignore", "-c", PARSE]
    ran = subprocess.run(command, env=environment, input=json.dumps(ours), capture_output=True, text=True)
    assert ran.stdout.splitlines()[-1:] == ["refused: []"], ran.stdout + ran.stderr[-500:]


def test_every_hub_command_exists():
    ours = [words for words in commands() if words[0] == "hub"]
    known = typer.main.get_command(app).commands
    assert ours and all(words[1] in {*known, "--help"} for words in ours)
    assert len(ours) + 9 == len([*commands()])


def test_the_services_of_a_deployment_that_scales_out():
    wanted = {"postgres", "redis", "init", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "hub"}
    assert set(SERVICES) == wanted
    for name in wanted - {"postgres", "redis", "hub"}:
        assert SERVICES[name]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor", name


def test_every_service_waits_for_services_that_exist():
    for name, service in SERVICES.items():
        for other, when in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            assert when["condition"] != "service_healthy" or "healthcheck" in SERVICES[other], (name, other)


def test_a_run_keeps_its_rules_wherever_its_tasks_run():
    """The bundle's revisions are one folder, which the DAG processor writes and the workers read."""
    found = {service["environment"].get("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST") for service in OURS.values()}
    (bundle,) = json.loads((found - {None}).pop())
    assert found == {None, *found} and OURS["hub"]["environment"].keys().isdisjoint({"AIRFLOW__CORE__DAGS_FOLDER"})
    assert bundle["kwargs"]["config"] == "/deployment/hub.yaml"
    folder = bundle["kwargs"]["folder"]
    mounts = {name: [one for one in service["volumes"] if f":{folder}" in one] for name, service in OURS.items()}
    assert {name: found for name, found in mounts.items() if found} == {
        "dag-processor": [f"revisions:{folder}"],
        "worker": [f"revisions:{folder}:ro"],
    }
    assert folder in re.search(r"mkdir -p (.+?) &&", DOCKERFILE).group(1)


def test_who_sweeps_and_erases_can_write_keys_and_the_journal():
    """They lie under ``var`` of the deployment (``hub.config``), which nobody else may write, and the rest nobody at all."""
    from hub.config import KeySettings, Settings

    kept = (KeySettings().epochs, Settings(version=1).erasure_journal)
    assert {path.parts[0] for path in kept} == {"var"}
    written = {
        name: [one for one in service["volumes"] if "/deployment" in one.partition("}")[2] and not one.endswith(":ro")]
        for name, service in OURS.items()
    }
    assert {name: [one.partition("}")[2] for one in found] for name, found in written.items() if found} == {
        "worker": ["/var:/deployment/var"],
        "hub": [":/deployment"],
    }


def test_every_mounted_path_exists():
    volumes = yaml.safe_load(TEXT)["volumes"]
    for name, service in SERVICES.items():
        for mount in service.get("volumes", []):
            source = mount.split("}")[0].rpartition(":-")[2] if mount.startswith("$") else mount.split(":")[0]
            if source == EXAMPLE["HUB_DEPLOYMENT"]:
                continue  # the operator's own; make-env.sh makes the folder
            assert source in volumes or (source.startswith("./") and (ROOT / source).exists()), (name, mount)


def test_every_copied_path_exists_and_is_in_the_build_context():
    ignored = [
        line for line in (ROOT / "docker/Dockerfile.dockerignore").read_text().splitlines() if line and line[0] != "#"
    ]
    copied = [word for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]]
    assert "hub" in copied and "dags" in copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored, name
    assert ignored[0] == "*"
    assert not any(fnmatch.fnmatch(name, pattern) for name in copied for pattern in ignored[1:] if pattern[0] != "!")


def test_the_image_installs_what_the_project_offers():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installs = re.findall(r"^RUN (uv sync .+)$", DOCKERFILE, re.MULTILINE)
    assert installs and all("--frozen" in line and "--no-dev" in line for line in installs)
    extras = {extra for line in installs for extra in re.findall(r"--extra (\S+)", line)}
    groups = {group for line in installs for group in re.findall(r"--group (\S+)", line)}
    assert extras <= set(project["project"]["optional-dependencies"])
    assert groups <= set(project["dependency-groups"])
    (version,) = re.findall(r"uv==([\d.]+)", DOCKERFILE)
    assert f"UV_VERSION := {version}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_every_documented_setting_is_used():
    used = set(re.findall(r"\$\{(\w+)", TEXT))
    assert used == set(EXAMPLE)
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required == {
        name for name, value in EXAMPLE.items() if not value and not name.endswith(("_TOKEN", "CONSUMER_SECRET"))
    }


def test_what_hub_yaml_refers_to_is_in_the_environment_of_what_runs_syncs():
    settings = yaml.safe_load((ROOT / "hub.yaml").read_text(encoding="utf-8"))
    named = set(re.findall(r"\benv:(\w+)", json.dumps(settings)))
    assert named
    for service in ("worker", "hub"):
        assert named | {"HUB_STORE_URL", "HUB_CONFIG"} <= set(SERVICES[service]["environment"])


def test_only_loopback_is_listened_on():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_stands_in_the_file():
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"KEY|SECRET|PASSWORD$|TOKEN", key):
                assert re.fullmatch(r"\$\{\w+(:[-?][^}]*)?\}", value), (name, key)
            for password in re.findall(r"://[^/@:]+:([^/]+)@", str(value)):
                assert re.fullmatch(r"\$\{\w+(:\?[^}]*)?\}", password), (name, key)
    assert not any(value for name, value in EXAMPLE.items() if re.search(r"KEY|SECRET|PASSWORD|TOKEN", name))


def test_plugins_run_where_no_key_of_airflow_is():
    worker = set(SERVICES["worker"]["environment"])
    assert not worker & KEYS and not any(name.startswith("AIRFLOW__DATABASE__") for name in worker)
    signing = {
        name for name, service in SERVICES.items() if "AIRFLOW__API_AUTH__JWT_SECRET" in service.get("environment", {})
    }
    assert signing == {"api-server", "scheduler"}


def test_each_service_has_the_keys_with_which_the_tests_run_it():
    """``make scale-e2e`` runs the same processes with the same keys: what no container engine was there to try."""
    for component, wanted in KEYS_OF.items():
        assert KEYS & set(SERVICES[component]["environment"]) == wanted, component
    for component in {*KEYS_OF} - {"worker"}:
        assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in SERVICES[component]["environment"]


def test_each_service_runs_what_the_launcher_runs():
    for component, words in COMMANDS.items():
        said = SERVICES[component]["command"]
        assert said[0] == "airflow" and [word for word in said[1:] if not word.startswith("--concurrency")] == [*words]


def test_airflow_has_the_same_settings_in_a_container_and_beside_it():
    for name, service in OURS.items():
        assert service["env_file"] == ["docker/airflow.env"], name
        assert not {*shared_settings()} & {*service["environment"]}, name


def test_every_service_has_bounds_and_a_health_check():
    for name, service in SERVICES.items():
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]) and 0 < service["cpus"] <= 2, name
        assert ("healthcheck" in service) != (name in {"init", "hub"}), name
        assert name in {"init", "hub"} or service["restart"] == "unless-stopped"
    for name, service in OURS.items():
        assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"], name


def test_services_that_run_no_sync_have_no_vendor_secret_and_no_way_into_the_hubs_database():
    """But for the API server, whose pages hold the console: it gets into the database, and has no vendor's secret."""
    holders = {name for name, service in SERVICES.items() if "HUB_STORE_URL" in service.get("environment", {})}
    assert holders == {"init", "worker", "hub", "api-server"}
    vendors = set(SERVICES["worker"]["environment"]) - set(SERVICES["dag-processor"]["environment"]) - {"HUB_STORE_URL"}
    assert vendors and not vendors & set(SERVICES["api-server"]["environment"])
    assert any(":/deployment:ro" in volume for volume in SERVICES["api-server"]["volumes"])


@pytest.fixture
def project(tmp_path):
    shutil.copy(ROOT / ".env.example", tmp_path)
    return tmp_path


def make_env(folder):
    return subprocess.run([str(ROOT / "docker" / "make-env.sh"), str(folder)], capture_output=True, text=True)


def test_make_env_writes_new_secrets_that_only_their_owner_can_read(project):
    assert make_env(project).returncode == 0
    path = project / ".env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = dict(line.split("=", 1) for line in path.read_text().splitlines() if line and not line.startswith("#"))
    assert set(made) == set(EXAMPLE)
    keys = [made[name] for name in ("AIRFLOW_FERNET_KEY", "AIRFLOW_JWT_SECRET", "AIRFLOW_API_SECRET_KEY")]
    assert len(set(keys)) == 3 and all(len(base64.urlsafe_b64decode(key)) == 32 for key in keys)
    assert all(
        re.fullmatch(r"\w{24}", made[name]) for name in ("AIRFLOW_DB_PASSWORD", "HUB_DB_PASSWORD", "REDIS_PASSWORD")
    )
    assert made["HUB_UID"] == str(os.getuid())


def test_make_env_leaves_keys_in_use_alone(project):
    (project / ".env").write_text("AIRFLOW_FERNET_KEY=mine\n")
    assert make_env(project).returncode == 1
    assert (project / ".env").read_text() == "AIRFLOW_FERNET_KEY=mine\n"


def test_docker_compose_accepts_the_file(project):
    if not shutil.which("docker") or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker compose is not installed")
    make_env(project)
    command = ["docker", "compose", "-f", str(ROOT / "docker-compose.yml"), "--env-file", str(project / ".env")]
    ran = subprocess.run([*command, "config", "--format", "json"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert set(json.loads(ran.stdout)["services"]) >= set(SERVICES) - {"hub"}


def test_the_guide_names_commands_and_files_that_exist():
    guide = (ROOT / "docs/how-to/run-on-airflow.md").read_text(encoding="utf-8")
    services = re.findall(r"docker compose (?:run --rm|logs|restart|exec) ([a-z-]+)", guide)
    assert services and set(services) <= set(SERVICES)
    for name in re.findall(r"`((?:docker|dags|hub)/[\w./-]+)`", guide):
        assert (ROOT / name).exists(), name
    known = typer.main.get_command(app).commands
    assert set(re.findall(r"docker compose run --rm hub (\w+)", guide)) <= set(known)
