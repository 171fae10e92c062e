"""The filters: as much memory for long lines as for short ones, and progress for those who read it in a file."""

import io
import json

import pytest

from hub.cli import filters, screen
from hub.errors import ConfigError
from hub.privacy.redaction import Redacted


def test_a_batch_ends_after_so_many_lines_or_so_many_characters():
    short = [(1, {"text": "x"}) for _ in range(filters.BATCH + 1)]
    assert [len(batch) for batch in filters._batches(iter(short))] == [filters.BATCH, 1]
    long = [(filters.BATCH_LENGTH // 2, {"text": "x", "picture": "…"}) for _ in range(5)]
    assert [len(batch) for batch in filters._batches(iter(long))] == [2, 2, 1]
    assert list(filters._batches(iter([]))) == []


def test_a_line_is_as_long_as_all_that_is_in_it():
    line = json.dumps({"text": "x", "picture": "y" * 1000}) + "\n"
    assert [found[:2] for found in filters.read_lines(io.StringIO(line), "here")] == [(1, len(line))]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_plain_lines_in_another_encoding_are_refused_as_nothing_is_found_in_them(encoding, tmp_path, capsys):
    (tmp_path / "own.txt").write_bytes("mail ada@example.com\n".encode(encoding))
    with pytest.raises(ConfigError, match=r"own\.txt:1: this is not UTF-8 text"):
        filters._filter(tmp_path / "own.txt", lambda lines: lines, plain=True)
    assert capsys.readouterr().out == ""


def test_a_plain_line_with_a_carriage_return_stays_one(tmp_path, capsys, monkeypatch):
    data = b"one\rstill one\r\ntwo\n"
    (tmp_path / "own.txt").write_bytes(data)
    filters._filter(tmp_path / "own.txt", lambda lines: lines, plain=True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    filters._filter(None, lambda lines: lines, plain=True)
    assert capsys.readouterr().out == "one\rstill one\ntwo\n" * 2


def test_a_text_that_is_withheld_says_why():
    assert filters._withheld(Redacted("", (), withheld=True, reason="too_slow")) == {"withheld": "scan took too long"}
    assert filters._withheld(Redacted("fine", ())) == {}


def test_progress_is_told_in_a_pipe_but_not_by_what_is_quick(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(screen, "monotonic", lambda: now[0])
    add = screen._say("lines")
    add(256)
    assert capsys.readouterr().err == ""
    now[0] = screen.SAY_EVERY
    add(256)
    add(256)
    assert capsys.readouterr().err == "lines: 512\n"
