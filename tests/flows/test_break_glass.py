"""Somebody's emotion in full: two people, a reason, some hours, on record - and a wall in the database behind it."""

import json

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError
from hub.store.engine import make_engine

PURPOSE = ("--purpose", "LegalCompliance", "--reason", "complaint")


@pytest.fixture
def office(world_in):
    world = world_in("sqlite")
    world.pull("salesforce-pull", "zendesk-pull")
    roles = {"dpo-1": ["privacy_officer"], "dpo-2": ["privacy_officer"], "aud-1": ["auditor"], "ops-1": ["operations"]}
    world.edit(lambda settings: settings.update(roles=roles | {"agent-1": ["agent"]}))
    return world


@pytest.fixture
def ask(office, monkeypatch):
    for module in ("person", "access", "flow", "outcomes"):
        monkeypatch.setattr(f"hub.cli.{module}.open_hub", lambda config, dry_run=False: office.open(dry_run=dry_run))

    def run(actor, *arguments):
        office.edit(lambda settings: settings.update(actor=actor))
        ran = CliRunner().invoke(app, [*arguments, "-c", str(office.config)])
        assert ran.exception is None or isinstance(ran.exception, SystemExit | HubError), ran.exception
        return (ran.exception.exit_code if isinstance(ran.exception, HubError) else ran.exit_code), ran.stdout

    return run


def tags(ask, who, *options):
    code, shown = ask("dpo-1", "person", "show", who, *(options or PURPOSE), "--json")
    return json.loads(shown)["emotion"] if code == 0 else code


def test_two_people_four_hours_on_record(office, ask, audit_entries):
    customer, other = [one for one in office.members if one.consent == "all" and office.tags_of(one)][:2]
    assert all("confidence" not in tag for tag in tags(ask, customer.email))
    assert json.loads(ask("dpo-1", "access", "request", customer.email, *PURPOSE, "--json")[1]) == {"look": 1}
    assert all("confidence" not in tag for tag in tags(ask, customer.email))  # asked is not approved

    assert ask("dpo-1", "access", "approve", "1")[0] == 4  # not by whoever asked
    assert ask("agent-1", "access", "approve", "1")[0] == 4  # not by anybody
    assert ask("aud-1", "access", "approve", "2")[0] == 2
    assert ask("aud-1", "access", "approve", "1")[0] == 0
    assert ask("dpo-2", "access", "approve", "1")[0] == 2  # once

    full = tags(ask, customer.email)
    assert full and all("confidence" in tag and "model" in tag for tag in full)
    assert all("confidence" not in tag for tag in tags(ask, other.email))  # only this person
    others = tags(ask, customer.email, "--purpose", "LegalCompliance", "--reason", "incident")
    assert all("confidence" not in tag for tag in others)  # only for this reason
    purposes = tags(ask, customer.email, "--purpose", "EmotionAnalysis", "--reason", "complaint")
    assert all("confidence" not in tag for tag in purposes)  # and purpose
    code, shown = ask("dpo-2", "person", "show", customer.email, *PURPOSE, "--json")
    assert code == 0 and all("confidence" not in tag for tag in json.loads(shown)["emotion"])  # only who asked

    office.clock.advance(4 * 3600 - 60)
    assert all("confidence" in tag for tag in tags(ask, customer.email))
    office.clock.advance(120)
    assert all("confidence" not in tag for tag in tags(ask, customer.email))

    told = [(one["outcome"], one["actor"]) for one in audit_entries(office, type="access")]
    assert told == [("asked", "dpo-1"), ("denied", "dpo-1"), ("denied", "agent-1"), ("approved", "aud-1")]
    reads = [one for one in audit_entries(office, type="read") if "allow.officer_break_glass" in one["reasons"]]
    assert len(reads) == 2 and {one["subject"] for one in reads} == {audit_entries(office, type="access")[0]["subject"]}
    listed = json.loads(ask("ops-1", "outcomes", "obligations", "--json")[1])
    assert [row["what"] for row in listed] == ["go over look 1: LegalCompliance, complaint"]
    looks = json.loads(ask("aud-1", "access", "list", "--json")[1])
    assert [(look["asked by"], look["approved by"]) for look in looks] == [("dpo-1", "aud-1")]


def test_nobody_asks_for_what_no_approval_opens(office, ask):
    customer = next(one for one in office.members if one.consent == "all")
    for actor in ("agent-1", "ops-1", "aud-1", "nobody"):
        assert ask(actor, "access", "request", customer.email, *PURPOSE)[0] == 4
    assert (
        ask("dpo-1", "access", "request", customer.email, "--purpose", "Collections", "--reason", "complaint")[0] == 4
    )
    assert ask("dpo-1", "access", "request", customer.email, "--reason", "curiosity")[0] == 2
    assert json.loads(ask("aud-1", "access", "list", "--json")[1]) == []


def test_a_dry_run_shows_values_once_somebody_else_agrees(office, ask):
    look = ("--purpose", "EmotionAnalysis", "--reason", "quality_check")
    dry = ("push", "zendesk-push", "--dry-run", "--json", *look)
    assert ask("dpo-1", *dry)[0] == 4
    assert ask("dpo-1", "access", "request", "--sync", "zendesk-push", *look)[0] == 0
    assert ask("dpo-2", "access", "approve", "1")[0] == 0
    code, shown = ask("dpo-1", *dry)
    values = {str(value) for row in json.loads(shown) for value in row["fields"].values()}
    assert code == 0 and values - {"None"} and "(not shown)" not in values
    assert ask("dpo-1", "push", "salesforce-push", "--dry-run", *look)[0] == 4  # only of this push


def test_a_database_role_that_may_only_read_sees_no_emotion(world_in):
    world = world_in("postgresql")
    world.pull("salesforce-pull", "zendesk-pull")
    engine = make_engine(world.url)
    reader, writer = (f"attune_{one}_{id(world)}" for one in ("reader", "writer"))

    def counted(role, work="SELECT count(*) FROM tags"):
        with engine.connect() as conn, conn.begin() as change:
            conn.execute(sa.text(f"SET LOCAL ROLE {role}"))
            found = conn.execute(sa.text(work))
            count = found.scalar() if found.returns_rows else found.rowcount
            change.rollback()
        return count

    with engine.begin() as conn:
        schema = conn.execute(sa.text("SELECT current_schema()")).scalar()
        for role, rights in ((reader, "SELECT"), (writer, "SELECT, INSERT, UPDATE, DELETE")):
            conn.execute(sa.text(f"CREATE ROLE {role}"))
            conn.execute(sa.text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
            conn.execute(sa.text(f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {role}"))
        held = conn.execute(sa.text("SELECT count(*) FROM tags")).scalar()
    try:
        assert held > 0 and counted(writer) == held
        assert counted(reader) == 0 and counted(reader, "SELECT count(*) FROM records") > 0
        assert counted(reader, "SELECT count(*) FROM records JOIN tags ON tags.record_id = records.id") == 0
        assert counted(writer, "UPDATE tags SET channel = channel") == held
        # Asking for all rows or an error gives an error.
        with engine.connect() as conn, pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            conn.execute(sa.text("SET row_security = off"))
            conn.execute(sa.text(f"SET ROLE {reader}"))
            conn.execute(sa.text("SELECT count(*) FROM tags"))
    finally:
        with engine.begin() as conn:
            for role in (reader, writer):
                conn.execute(sa.text(f"DROP OWNED BY {role}"))
                conn.execute(sa.text(f"DROP ROLE {role}"))
        engine.dispose()
