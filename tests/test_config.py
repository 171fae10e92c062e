import pytest

from hub.config import load_settings, resolve_limits, resolve_secret
from hub.contract import Limit
from hub.errors import ConfigError

GOOD = """\
version: 1
connections:
  desk:
    connector: zendesk
syncs:
  desk-pull:
    kind: pull
    connection: desk
    streams: [tickets]
"""


@pytest.fixture
def load(tmp_path):
    def write(text):
        path = tmp_path / "hub.yaml"
        path.write_text(text)
        return load_settings(path)

    return write


def test_a_good_file_loads(load):
    assert load(GOOD).settings.syncs["desk-pull"].streams == ("tickets",)


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("    connection: desk", "    conection: desk"), 8, "did you mean 'connection'?"),
        (("connector: zendesk", "conector: zendesk"), 4, "did you mean 'connector'?"),
        (("version: 1\n", "version: 1\nstroe: x\n"), 2, "did you mean 'store'?"),
        (("connection: desk", "connection: dask"), 1, "unknown connection 'dask'"),
        (("kind: pull", "kind: pul"), 7, "pull"),
        (("    streams: [tickets]\n", ""), 6, "a pull names streams"),
        (("version: 1", "version: 2"), 1, "version"),
        (("syncs:", "syncs: ["), 7, "not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_name(load, change, line, says):
    with pytest.raises(ConfigError) as error:
        load(GOOD.replace(*change))
    assert says in str(error.value)
    assert f"hub.yaml:{line}:" in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", "just text", "\xff"])
def test_anything_else_is_refused(load, text):
    with pytest.raises(ConfigError):
        load(text)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="hub init"):
        load_settings(tmp_path / "hub.yaml")


def test_a_huge_file_is_refused(load):
    with pytest.raises(ConfigError, match="larger"):
        load("# " + "x" * 1_100_000)


def test_secrets_are_looked_up(tmp_path):
    (tmp_path / "token").write_text("from-file\n")
    assert resolve_secret("env:TOKEN", tmp_path, {"TOKEN": "from-env"}) == "from-env"
    assert resolve_secret("file:token", tmp_path, {}) == "from-file"
    assert resolve_secret("plain", tmp_path, {}) == "plain"
    for reference in ("env:NOT_THERE", "file:not-there"):
        with pytest.raises(ConfigError):
            resolve_secret(reference, tmp_path, {})


def test_sqlite_paths_start_at_the_file(load, tmp_path):
    assert load(GOOD).store_url() == f"sqlite:///{tmp_path.resolve()}/var/hub.db"


def limits_from(load, text):
    settings = load(GOOD.replace("connector: zendesk", f"connector: zendesk\n    limits: {text}")).settings
    return resolve_limits("desk", settings.connections["desk"], (Limit("export", "GET /export/*", per=60, calls=10),))


def test_a_limit_takes_what_it_does_not_say_from_the_declared_one(load):
    assert limits_from(load, "{export: {calls: 30}}") == [Limit("export", "GET /export/*", 60, 30)]
    assert limits_from(load, '{mine: {calls: 5, per: 1, match: "*"}}') == [Limit("mine", "*", 1, 5)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{exprt: {calls: 30}}", "did you mean 'export'?"),
        ("{export: {cals: 30}}", "did you mean 'calls'?"),
        ("{export: {calls: 0}}", "greater than or equal to 1"),
        ("{export: {calls: 1, per: 90000}}", "less than or equal to 86400"),
    ],
)
def test_a_wrong_limit_is_named(load, text, says):
    with pytest.raises(ConfigError) as wrong:
        limits_from(load, text)
    assert says in str(wrong.value)
