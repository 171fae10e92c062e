"""The filters: as much memory for long lines as for short ones, and progress for those who read it in a file."""

from hub.cli import filters, screen
from hub.privacy.redaction import Redacted


def test_a_batch_ends_after_so_many_lines_or_so_many_characters():
    short = [{"text": "x"} for _ in range(filters.BATCH + 1)]
    assert [len(batch) for batch in filters._batches(iter(short))] == [filters.BATCH, 1]
    long = [{"text": "x" * (filters.BATCH_LENGTH // 2)} for _ in range(5)]
    assert [len(batch) for batch in filters._batches(iter(long))] == [2, 2, 1]
    assert list(filters._batches(iter([]))) == []


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
