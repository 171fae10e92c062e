"""The commands, as scripts meet them: output, exit codes, no tracebacks."""

import json
import os
import subprocess
import sys

import pytest
import yaml


@pytest.fixture
def hub(tmp_path):
    def run(*arguments, text=None):
        environment = {**os.environ, "COLUMNS": "140"}
        command = [sys.executable, "-m", "hub", *arguments]
        return subprocess.run(command, cwd=tmp_path, input=text, capture_output=True, text=True, env=environment)

    return run


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["bogus"], 2, "No such command"),
        (["runs", "-n", "abc"], 2, "--limit"),
        (["status"], 2, "hub init"),
        (["status", "-c", "nowhere.yaml"], 2, "nowhere.yaml"),
    ],
)
def test_mistakes_end_with_two_and_no_traceback(hub, arguments, code, says):
    ran = hub(*arguments)
    assert ran.returncode == code
    assert says in ran.stderr and "Traceback" not in ran.stderr


@pytest.mark.parametrize("text", ["not json\n", '{"id": 1}\n', "[1]\n", '{"text": 3}\n', "[" * 100_000 + "\n"])
def test_a_bad_line_is_named(hub, text):
    ran = hub("tag", text='{"id": 0, "text": "hello"}\n' + text)
    assert ran.returncode == 2
    assert "standard input:2" in ran.stderr and "Traceback" not in ran.stderr


def test_tag_answers_line_by_line_in_order(hub):
    lines = [
        {"id": n, "text": text, "more": [n]}
        for n, text in enumerate(["This is outrageous, you lied to me.", "", "Merci beaucoup", "ok"])
    ]
    ran = hub("tag", "--scores", text="".join(json.dumps(line) + "\n" for line in lines))
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(a["id"], a["text"], a["more"]) for a in answers] == [
        (n, line["text"], [n]) for n, line in enumerate(lines)
    ]
    for answer in answers:
        assert set(answer["emotion"]) == {"label", "intensity", "confidence", "abstained"}
        assert -1 <= answer["valence"] <= 1 and 0 <= answer["distress"] <= 1 and 0 <= answer["churn_risk"] <= 1
        assert answer["emotion"]["abstained"] is (answer["emotion"]["label"] is None)
        assert (answer["evidence"] is None) is answer["emotion"]["abstained"]
        assert sum(answer["scores"].values()) == pytest.approx(1, abs=0.02) or answer["emotion"]["abstained"]
    assert answers[0]["emotion"]["label"] == "anger" and answers[0]["evidence"] and answers[0]["arousal"] > 0.5


def test_redact_gives_offsets_into_the_input(hub):
    text = "I am Maria Garcia, write to maria.garcia@example.com or call +34 910 55 51 01."
    ran = hub("redact", text=json.dumps({"id": "a", "text": text}) + "\n")
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    found = {entity["type"]: text[entity["start"] : entity["end"]] for entity in answer["entities"]}
    assert found["EMAIL_ADDRESS"] == "maria.garcia@example.com"
    assert found["PERSON"] == "Maria Garcia"
    assert "910 55 51 01" in found["PHONE_NUMBER"]
    assert not any(value in answer["text"] for value in found.values())
    assert all(0 <= entity["score"] <= 1 for entity in answer["entities"])


def test_a_deployment_from_nothing(hub, tmp_path):
    assert hub("init").returncode == 0
    assert hub("init").stdout.startswith("everything is there")
    assert hub("status").returncode == 2
    assert hub("migrate").returncode == 0
    status = hub("status", "--json")
    assert status.returncode == 0 and json.loads(status.stdout)["people"] == 0
    assert hub("privacy", "test").returncode == 0
    assert hub("mappings", "test").returncode == 0
    assert hub("audit", "verify").returncode == 0


def test_a_deployment_on_postgresql(hub, tmp_path, empty_schema):
    assert hub("init").returncode == 0
    settings = yaml.safe_load((tmp_path / "hub.yaml").read_text())
    (tmp_path / "hub.yaml").write_text(yaml.safe_dump({**settings, "store": "file:store"}))
    (tmp_path / "store").write_text(empty_schema)
    planned = json.loads(hub("migrate", "--dry-run", "--json").stdout)
    assert (planned["from"], planned["done"], planned["steps"][0]["revision"]) == (None, False, "0001")
    done = json.loads(hub("migrate", "--json").stdout)
    assert done == {**planned, "done": True}
    status = hub("status", "--json")
    assert status.returncode == 0 and json.loads(status.stdout)["people"] == 0
    assert hub("audit", "verify").returncode == 0


@pytest.mark.slow
def test_the_demonstration(hub, tmp_path):
    ran = hub("run", "--sandbox", "--people", "6", "--json")
    assert ran.returncode == 0, ran.stderr
    syncs = {sync["sync"]: sync["counts"] for sync in json.loads(ran.stdout)["syncs"]}
    assert len(syncs) == 7 and syncs["zendesk-push"]["confirmed"] > 0
    config = ("-c", "var/demo/hub.yaml")
    assert json.loads(hub("audit", "verify", "--json", *config).stdout)["problem"] is None
    explained = json.loads(hub("consent", "explain", "C-000001", "--json", *config).stdout)
    assert explained["allowed"] is True and explained["reasons"] == ["consent.given"]
    shown = hub("person", "show", "C-000001", *config)
    assert shown.returncode == 0 and "maria" not in shown.stdout.lower()
    nobody = hub("person", "show", "nobody@example.com", *config)
    assert nobody.returncode == 2 and "nobody@example.com" not in nobody.stderr


def test_evaluate_emotion_counts_and_names_lines(hub, tmp_path):
    lines = [
        {"text": "third week without my refund, and nobody answers", "label": "frustration"},
        {"text": "thank you so much, you were a great help", "label": "gratitude"},
        {"text": "thank you so much, you were a great help", "label": "anger"},
    ]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    ran = hub("evaluate", "emotion", "own.jsonl", "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["texts"] == 3 and told["labels"]["gratitude"]["recall"] == 1
    assert [(one["line"], one["expected"], one["found"]) for one in told["mistakes"]] == [(3, "anger", "gratitude")]
    table = hub("evaluate", "emotion", "own.jsonl")
    assert "macro-F1" in table.stdout and "refund" not in table.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"text": "a", "label": "angr"}', "own.jsonl:1: unknown label 'angr'"),
        ("", "no labelled text"),
        ("x", "not JSON"),
    ],
)
def test_evaluate_emotion_says_what_is_wrong_with_the_file(hub, tmp_path, text, says):
    (tmp_path / "own.jsonl").write_text(text)
    ran = hub("evaluate", "emotion", "own.jsonl")
    assert ran.returncode == 2
    assert says in ran.stderr and "Traceback" not in ran.stderr
