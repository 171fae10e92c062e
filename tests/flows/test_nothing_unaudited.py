"""No action without an audit entry: every transaction that changes what counts writes to the log, too.

The database itself is watched, whoever writes and by whatever function: a new one that forgets its entry is named here.
"""

import re
import sys
from collections import Counter

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError
from hub.store.tables import metadata

pytestmark = pytest.mark.slow

EXEMPT = {
    "alembic_version": "the tables' own version",
    "audit_anchors": "what others say about the log",
    "audit_bundles": "the log",
    "audit_checkpoints": "the log",
    "audit_detail": "sealed beside the log, with its entry",
    "audit_pending": "the log",
    "audit_tiles": "the log",
    "batches": "how many records were read: the decisions about them are entries",
    "budgets": "calls that were made lately, of nobody",
    "consent_reviews": "when to ask again; what the answer changes is an entry",
    "counters": "numbers that grow",
    "leases": "who is running which sync",
    "meta": "which keys the database belongs to",
    "outcomes": "what became of each record that was read: the decisions about them are entries",
    "quarantine": "where records are that could not be read; nothing was decided about them",
    "tallies": "totals for the metrics, of nobody",
}
"""Tables that may change without an entry, and why."""

_WRITES = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)

_TOUCHES = re.compile(r'\s*UPDATE\s+"?persons"?\s+SET\s+"?touched"?\s*=', re.IGNORECASE)
"""Whom the next push looks at: an order of work, no action."""


def _callers(frame):
    """The hub's functions that led here, at most twelve, outermost first; not by traceback, which reads every file."""
    found = []
    while frame is not None:
        if "/hub/" in frame.f_code.co_filename:
            found.append(frame.f_code.co_name)
        frame = frame.f_back
    return " > ".join(reversed(found[:12]))


class Watch:
    """Notes each committed transaction that wrote where an entry belongs, and wrote none."""

    def __init__(self):
        self.written = {}
        self.silent = Counter()
        self.seen = set()

    def statement(self, conn, cursor, statement, parameters, context, executemany):
        found = _WRITES.match(statement)
        if found and not _TOUCHES.match(statement):
            tables = self.written.setdefault(id(conn), {})
            if found.group(1) not in tables:
                tables[found.group(1)] = _callers(sys._getframe())

    def commit(self, conn):
        written = self.written.pop(id(conn), {})
        self.seen.update(written)
        told = {table: where for table, where in written.items() if table not in EXEMPT}
        if told and "audit_pending" not in written:
            self.silent.update(f"{table}: {where}" for table, where in told.items())

    def rollback(self, conn):
        self.written.pop(id(conn), None)


@pytest.fixture
def watch():
    watching = Watch()
    hooks = {"before_cursor_execute": watching.statement, "commit": watching.commit, "rollback": watching.rollback}
    for name, hook in hooks.items():
        event.listen(Engine, name, hook)
    yield watching
    for name, hook in hooks.items():
        event.remove(Engine, name, hook)


def hub(world, *arguments, codes=(0, 3)):
    ran = CliRunner().invoke(app, [*arguments, "-c", str(world.config)])
    found = ran.exception.exit_code if isinstance(ran.exception, HubError) else ran.exit_code
    assert found in codes, (arguments, ran.output, ran.exception)
    return ran


def test_every_transaction_that_changes_something_has_its_entry(world, watch, tmp_path):
    member = next(one for one in world.members if one.consent == "all")
    other, third = [one.email for one in world.members if one.email != member.email][:2]
    sheet = tmp_path / "told.csv"
    sheet.write_text(
        "person,at,state,purpose\n"
        f"{third},2026-01-02T00:00:00Z,withdrawn,EmotionAnalysis\n"
        "nobody.known@example.com,2026-01-02T00:00:00Z,refused,EmotionAnalysis\n"
    )
    world.pull()
    world.push()
    for arguments in (
        ["consent", "record", member.email, "--state", "withdrawn", "--purpose", "EmotionAnalysis"],
        [
            "consent",
            "record",
            member.email,
            "--state",
            "given",
            "--purpose",
            "EmotionAnalysis",
            "--explicit",
            "--notice",
            "1",
        ],
        ["consent", "import", str(sheet)],
        ["person", "hold", member.email, "--reason", "CASE-1"],
        ["person", "release", "1", "--reason", "CASE-1-closed"],
        ["requests", "open", member.email],
        ["requests", "acknowledge", "1"],
        ["requests", "extend", "1", "--reason", "complex"],
        ["requests", "close", "1", "--outcome", "answered"],
        ["person", "erase", other, "--yes"],
        ["keys", "rotate"],
        ["outcomes", "retry"],
        ["status"],
    ):
        hub(world, *arguments)
    for look in (["person", "show", member.email], ["consent", "show", member.email], ["audit", "show"]):
        hub(world, *look, codes=(0, 4))
    hub(world, "audit", "show", "--detail", "LegalCompliance", "-n", "5")
    world.push()
    world.clock.advance(400 * 86_400)
    world.sweep()
    world.push()
    wanted = {"records", "tags", "deliveries", "consent_events", "erasure_steps", "suppression", "persons", "holds",
              "requests", "person_keys", "obligations"}  # fmt: skip
    assert wanted <= watch.seen
    assert not watch.silent, "\n".join(watch.silent)


def test_only_tables_that_are_there_are_exempt():
    assert set(EXEMPT) - {"alembic_version"} <= set(metadata.tables)
