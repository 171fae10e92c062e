"""Input that nobody meant: each ends in one line that says what, which and what to do, never in a traceback."""

import io
import json
import sys

import pytest

from hub import cli
from hub.cli import filters
from hub.cli.screen import to_json
from hub.errors import ConfigError


@pytest.fixture
def hub(monkeypatch, tmp_path, capfd):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["hub", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capfd.readouterr().err

    return run


@pytest.fixture
def deployment(hub, tmp_path):
    assert hub("init")[0] == 0
    (tmp_path / "hub.yaml").write_text("version: 1\n")
    assert hub("migrate")[0] == 0
    return tmp_path / "hub.yaml"


@pytest.mark.parametrize("target", ["file", "file/below", "/proc/none"])
def test_a_folder_that_cannot_be_written_is_named(hub, tmp_path, target):
    (tmp_path / "file").touch()
    for command in (["init", target], ["sandbox", "--people", "1", "--folder", target]):
        code, said = hub(*command)
        assert code == 2 and target in said and "you may read and write it" in said


@pytest.mark.parametrize("who", ["", "  ", "x" * 400, "zendesk:" + "x" * 400, "a\udcff"])
def test_an_identifier_that_is_none_is_told_and_not_repeated(hub, deployment, who):
    deployment.write_text("version: 1\nroles: {operator: [privacy_officer]}\n")
    code, said = hub("person", "show", who)
    assert code == 2 and "ISSUER:ID" in said and "xxx" not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["outcomes", "list", "--state", "nope"], "'stored'"),
        (["outcomes", "list", "--run", "a\udcff"], "not UTF-8"),
        (["audit", "show", "--start", "9" * 30], "--start"),
        (["outcomes", "list", "--sync", "zendesk-pul"], "unknown sync 'zendesk-pul'"),
        (["outcomes", "dead", "--sync", "zendesk-pul"], "unknown sync 'zendesk-pul'"),
        (["outcomes", "retry", "--sync", "zendesk-pul"], "unknown sync 'zendesk-pul'"),
        (["outcomes", "retry", "9" * 30], "larger than any"),
        (["outcomes", "drop", "9" * 30, "--reason", "x"], "larger than any"),
        (["person", "release", "9" * 30, "--reason", "x"], "larger than any"),
        (["outcomes", "retry", "-5"], "such option"),
        (["outcomes", "retry", "²"], "CONNECTION/STREAM/KEY"),
        (["consent", "record", "C-1", "--state", "withdrawn", "--category", "emotoin"], "emotion.label"),
        (["privacy", "test", "."], "no cases were found"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(hub, deployment, arguments, says):
    code, said = hub(*arguments)
    assert code == 2 and says in said.replace("\n", " ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tagger: linear-em", "did you mean 'linear-en'"),
        ("jurisdiction: EZ", "jurisdiction: unknown 'EZ'"),
        ('sweep: {schedule: "17 3 * *"}', "no cron expression"),
    ],
)
def test_check_reads_the_settings_that_only_a_run_would_use(hub, deployment, capfd, text, says, monkeypatch):
    deployment.write_text(f"version: 1\n{text}\n")
    monkeypatch.setattr(sys, "argv", ["hub", "check", "--offline", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    rows = json.loads(capfd.readouterr().out)
    assert ended.value.code == 2
    assert [says in row["detail"] for row in rows if row["result"] == "FAILED"] == [True]


def test_a_server_that_is_down_ends_every_command_the_same_way(hub, deployment):
    deployment.write_text("version: 1\nstore: postgresql://me:hunter2@127.0.0.1:1/hub\n")
    for command in (["migrate"], ["status"], ["sweep"], ["audit", "verify"], ["person", "show", "C-1"]):
        code, said = hub(*command)
        assert code == 3 and "hub at 127.0.0.1:1" in said and "hunter2" not in said


def echo(monkeypatch, data: bytes) -> list[str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    filters._filter(None, lambda lines: lines)
    return out.getvalue().splitlines()


def test_bytes_that_are_no_text_cost_a_character_and_no_line(monkeypatch):
    lines = echo(monkeypatch, b'{"text": "caf\xe9"}\n{"text": "\\ud83d\\u0000"}\n{"text": "\xc3\xa9"}\n')
    assert [json.loads(line)["text"] for line in lines] == ["caf\ufffd", "\ufffd\ufffd", "é"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_neither_come_in_nor_go_out(monkeypatch, number):
    with pytest.raises(ConfigError, match="standard input:1: this is not JSON"):
        echo(monkeypatch, b'{"text": "x", "a": ' + number.encode() + b"}\n")
    assert json.loads(to_json({"a": [float(number), 1.5]})) == {"a": [None, 1.5]}


def test_the_lines_before_a_bad_one_come_out(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "one"}\n{"text": "two"}\n{"text"\n')))
    with pytest.raises(ConfigError, match="standard input:3: this is not JSON"):
        filters._filter(None, lambda lines: lines)
    assert [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()] == ["one", "two"]


def test_a_closed_standard_input_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ConfigError, match="standard input is closed"):
        filters._filter(None, lambda lines: lines)


def test_a_plugin_that_cannot_open_never_prints_its_settings():
    from hub.plugins import load, open_connector

    connector = next(iter(load().offered.connectors.values()))

    class Refusing:
        manifest = connector.manifest

        @staticmethod
        def open(config, context):
            raise TypeError(f"bad settings: {config}")

    class Place:
        connection = "desk"

    with pytest.raises(ConfigError, match=r"connections\.desk: connector .* cannot be opened \(TypeError\)") as error:
        open_connector(Refusing, "hunter2", Place)
    assert "hunter2" not in str(error.value) and error.value.__cause__ is error.value.__context__ is None
