import pytest
from pydantic import BaseModel, SecretStr

from hub.config import ConnectionSettings, load_settings, resolve_config, resolve_limits, resolve_secret
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
        (("version: 1\n", "version: 1\nagents: {ann: {dask: '7'}}\n"), 1, "agents.ann names unknown connection 'dask'"),
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


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (GOOD.replace("syncs:", "tenant: a\ntenant: b\nsyncs:"), 6, "'tenant' stands here twice"),
        (GOOD + "  desk-pull: {}\n", 10, "'desk-pull' stands here twice"),
        ("version: 1\nconnections: " + "[" * 3000 + "]" * 3000, 1, "nested too deeply"),
        ("version: 1\nconnections: " + "{a: " * 3000 + "}" * 3000, 1, "nested too deeply"),
        ("version: 2026-99-99\n", 1, "not valid YAML"),
        ("version: 1\n? [a, b]\n: 1\n", 2, "not valid YAML"),
    ],
)
def test_what_stands_twice_or_beyond_all_use_is_refused(load, text, line, says):
    with pytest.raises(ConfigError, match=says) as error:
        load(text)
    assert f"hub.yaml:{line}:" in str(error.value)


def test_an_alias_may_be_used_twice(load):
    text = GOOD.replace("connector: zendesk", "connector: zendesk\n    config: &one {a: 1}\n  other:\n"
                        "    connector: zendesk\n    config: *one")  # fmt: skip
    assert load(text).settings.connections["other"].config == {"a": 1}


@pytest.mark.parametrize("url", ["http://[::1", "https://", "https://h:99999", "https://h:x", "nonsense"])
def test_an_address_that_is_none_is_told_with_its_line(load, url):
    with pytest.raises(ConfigError, match=r"hub\.yaml:5: connections\.desk\.base_url: this is no address"):
        load(GOOD.replace("connector: zendesk", f'connector: zendesk\n    base_url: "{url}"'))


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("file:a\0b", "no path"),
        ("file:binary", "not UTF-8"),
        ("file:long", "longer than"),
        ("file:.", "cannot be read"),
    ],
)
def test_a_secret_that_cannot_be_read_is_told_by_its_reference(tmp_path, reference, says):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00secret")
    (tmp_path / "long").write_text("x" * 70_000)
    with pytest.raises(ConfigError, match=says) as error:
        resolve_secret(reference, tmp_path, {})
    assert "secret reference" in str(error.value) and "xxx" not in str(error.value)


class Login(BaseModel):
    user: str = ""
    password: SecretStr | None = None


@pytest.mark.parametrize("given", ["", "file:empty"])
def test_an_empty_secret_names_its_field(tmp_path, given):
    (tmp_path / "empty").write_text(" \n")
    settings = ConnectionSettings(connector="crm", config={"user": "", "password": given})
    with pytest.raises(ConfigError, match=r"connections\.crm\.config\.password: the secret is empty"):
        resolve_config("crm", settings, Login, tmp_path)
    assert resolve_config("crm", ConnectionSettings(connector="crm"), Login, tmp_path).password is None
