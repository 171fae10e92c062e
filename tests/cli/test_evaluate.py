"""``hub evaluate redaction`` and ``hub redact --plain``: a labelled file is scored, lines come out as they went in."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def hub(tmp_path):
    def run(*arguments, text=None):
        command = [sys.executable, "-m", "hub", *arguments]
        environment = {**os.environ, "COLUMNS": "140"}
        return subprocess.run(command, cwd=tmp_path, input=text, capture_output=True, text=True, env=environment)

    return run


LABELLED = [
    {"text": "my name is Maria Garcia", "spans": [[11, 23, "PERSON"]]},
    {"text": "the flight was late", "spans": []},
    {"text": "order ORD-10017 is late", "spans": [[6, 15, "PASSPORT"]]},
    {"text": "the swordfish opens the door", "spans": [[4, 13, "PASSWORD"]]},
    {"text": "they took 4111 1111 1111 1111 for one", "spans": []},
]


def test_a_labelled_file_is_scored(hub, tmp_path):
    (tmp_path / "own.jsonl").write_text("\n".join(json.dumps(row) + "\n" for row in LABELLED))
    ran = hub("evaluate", "redaction", "own.jsonl", "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["texts"], told["entities"], told["clean_texts"]) == (5, 3, 2)
    assert told["leak_rate"] == pytest.approx(1 / 3, abs=1e-3)
    assert told["clean_changed_rate"] == 0.5
    assert {"marked": "PASSPORT", "found": "ORDER_NUMBER", "times": 1} in told["confusion"]
    assert {"marked": "PASSWORD", "found": "(missed)", "times": 1} in told["confusion"]
    assert {row["type"]: row["leaked"] for row in told["types"]}["PASSWORD"] == 1
    assert [row["text"] for row in told["worst"]] == [7, 9]  # lines, of which every other one is empty
    assert "swordfish" not in ran.stdout


def test_words_are_shown_only_when_asked_for(hub, tmp_path):
    (tmp_path / "own.jsonl").write_text(json.dumps(LABELLED[3]) + "\n")
    assert "swordfish" not in hub("evaluate", "redaction", "own.jsonl").stdout
    assert "swordfish" in hub("evaluate", "redaction", "own.jsonl", "--show-text").stdout


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        '{"text": "I am Ada"}',
        '{"text": "Ada", "spans": [[0, 9, "PERSON"]]}',
        '{"text": 1, "spans": []}',
        "",
        "[1]",
    ],
)
def test_a_line_that_is_not_labelled_is_named(hub, tmp_path, line):
    (tmp_path / "own.jsonl").write_text(line + "\n")
    ran = hub("evaluate", "redaction", "own.jsonl")
    assert ran.returncode == 2
    assert "own.jsonl" in ran.stderr and "Traceback" not in ran.stderr


def test_plain_lines_come_out_line_by_line_whatever_is_in_them(hub):
    lines = [
        "my name is Maria Garcia",
        "",
        "x" * 1_048_576,
        "\x01\x02 binary \ufffd",
        "mi nombre es Juan",
        "我的名字是王小明",
    ]
    ran = hub("redact", "--plain", text="".join(line + "\n" for line in lines))
    assert ran.returncode == 0, ran.stderr
    answers = ran.stdout.split("\n")[:-1]
    assert answers[:3] == ["my name is <PERSON_1>", "", "<TEXT>"]
    assert answers[4:] == ["mi nombre es <MASKED_1>", "<TEXT>"]
    assert ran.stderr == ""
