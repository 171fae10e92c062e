"""Consents from a sheet: what becomes of each row, and what never does."""

import csv
import io

import pytest
import sqlalchemy as sa

from hub.pipeline.gate import Question, ask, ledger_events
from hub.pipeline.intake import take_in
from hub.schema import ConsentScope, ConsentState
from hub.store.tables import metadata

YES = {"state": "given", "purpose": "EmotionAnalysis", "category": "emotion", "explicit": "yes", "notice_version": "1"}
NO = {"state": "withdrawn", "purpose": "EmotionAnalysis"}


def row(person, said, at="2026-05-01T00:00:00Z", **more):
    return {"person": person, "at": at} | said | more


def rows(*some):
    return list(enumerate(some, start=2))


def asked(hub, person):
    with hub.store.read() as tx:
        events = ledger_events(tx.consents.for_persons([person]).get(person, []))
        profile = tx.persons.profiles([person])[person]
    question = Question("EmotionAnalysis", "emotion.label", "hub", "infer")
    return ask(hub.rooms, events, profile, person_id=person, question=question, at=hub.now()).decision


def test_a_first_consent_may_come_by_import_and_counts(town):
    with town.open() as hub:
        (person,) = town.people(hub, 1, agreed=False)
        assert not asked(hub, person).allowed
        report = take_in(hub.rooms, rows(row("p0@example.com", YES)), file="f.csv")
        assert asked(hub, person).allowed
        assert (report.rows, report.events, report.known, report.refused) == (1, {"given": 1}, 0, [])


@pytest.mark.parametrize("state", ["refused", "withdrawn", "objected", "opted_out", "revoked"])
def test_an_import_never_turns_a_refusal_into_a_grant(town, state):
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        town.clock.advance(60)
        with hub.store.begin() as tx:
            said = town.consent(person, ConsentState(state), scope=ConsentScope(purpose="EmotionAnalysis"))
            tx.consents.append([(person, said)])
        town.clock.advance(3600)
        later = town.clock.now().isoformat()
        take_in(hub.rooms, rows(row("p0@example.com", YES, at=later)), file="f.csv")
        assert asked(hub, person).reasons == (f"optout.{state}",)


def test_a_refusal_takes_the_tags_in_the_same_transaction(either_town, audit_of):
    town = either_town
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        assert town.tags(hub, person)
        take_in(
            hub.rooms, rows(row("salesforce:003000000000000AAA", NO, at=town.clock.now().isoformat())), file="f.csv"
        )
        assert town.tags(hub, person) == []
        assert [entry["outcome"] for entry in audit_of(hub, type="consent")] == ["withdrawn"]
        assert "p0@example" not in str(audit_of(hub))


def test_the_same_file_twice_changes_nothing(town):
    with town.open() as hub:
        (person,) = town.people(hub, 1, agreed=False)
        sheet = rows(row("p0@example.com", YES), row("p0@example.com", YES), row(person, NO, at="2026-05-02T00:00:00Z"))
        first, second = take_in(hub.rooms, sheet, file="a.csv"), take_in(hub.rooms, sheet, file="a.csv")
        with hub.store.read() as tx:
            assert len(tx.consents.for_persons([person])[person]) == 2
        assert (first.known, second.known) == (1, 3)


def test_a_refusal_of_somebody_unknown_is_kept_for_when_they_turn_up(either_town):
    town = either_town
    with town.open() as hub:
        report = take_in(hub.rooms, rows(row("new@example.com", NO), row("other@example.com", YES)), file="f.csv")
        assert report.created == 1
        assert report.refused == [(3, "person: nobody is known by this, and only a refusal makes somebody known")]
        with hub.store.read() as tx:
            assert tx.persons.count() == 1
        again = take_in(hub.rooms, rows(row("new@example.com", NO)), file="f.csv")
        assert (again.created, again.known) == (0, 1)


def test_who_was_erased_does_not_come_back_by_an_import(town):
    with town.open() as hub:
        (person,) = town.people(hub, 1, agreed=False, tagged=False)
        with hub.store.begin() as tx:
            (identifier,) = [one for one in tx.persons.identifiers([person])[person] if "@" in one.value]
            tx.suppression.add([hub.vault.suppress_identifier(identifier)], "erased")
            tx.persons.erase(person)
        for who in ("p0@example.com", "p0+x@example.com", person):
            assert take_in(hub.rooms, rows(row(who, NO)), file="f.csv").refused
        with hub.store.read() as tx:
            assert tx.persons.count() == 0


def test_a_string_that_cannot_be_read_refuses_and_is_quarantined_until_one_can(town):
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        report = take_in(hub.rooms, rows(row("p0@example.com", {"gpp": "DBAB"})), file="f.csv")
        assert report.unreadable == 1 and report.events["opted_out"] >= 4
        with hub.store.read() as tx:
            (note,) = tx.quarantine.list(10)
            said = {entry.event.scope.purpose for entry in tx.consents.for_persons([person])[person] if entry.event}
        assert (note.stream, note.version, note.reason) == ("consent-import", "line:2", "gpp.unreadable")
        assert {"Sale", "PersonalisedAdvertising"} <= said
        take_in(hub.rooms, rows(row("p0@example.com", {"gpp": "DBABTA~1YYN"}, at="2026-05-02T00:00:00Z")), file="g.csv")
        with hub.store.read() as tx:
            assert tx.quarantine.list(10) == []


def test_a_file_that_is_called_after_somebody_is_named_nowhere(town, audit_of):
    with town.open() as hub:
        town.people(hub, 1)
        said = [row("p0@example.com", {"gpp": "DBAB"}), row("p0@example.com", NO)]
        assert take_in(hub.rooms, rows(*said), file="opt-out of quorble@example.com.csv").unreadable == 1
        assert "quorble" not in str(audit_of(hub))
        with hub.store.read() as tx:
            tables = [tx.unit.conn.execute(sa.select(table)).all() for table in metadata.sorted_tables]
        assert "quorble" not in str(tables)


def test_a_number_that_is_no_number_of_a_notice_is_a_bad_row(town):
    with town.open() as hub:
        town.people(hub, 1, agreed=False)
        report = take_in(hub.rooms, rows(row("p0@example.com", {**YES, "notice_version": "9" * 5000})), file="f.csv")
        assert [why.partition(":")[0] for _, why in report.refused] == ["notice_version"]


def test_global_privacy_control_stops_what_it_stops_and_nothing_else(town):
    with town.open() as hub:
        (person,) = town.people(hub, 1)
        report = take_in(hub.rooms, rows(row("p0@example.com", {"gpc": "1"})), file="f.csv")
        assert report.events == {"opted_out": 2}
        assert asked(hub, person).allowed


def test_one_bad_row_keeps_no_other_from_being_taken_in(town):
    with town.open() as hub:
        town.people(hub, 1, agreed=False)
        sheet = rows(row("p0@example.com", {**YES, "state": "perhaps"}), row("p0@example.com", YES), row("", NO), {})
        report = take_in(hub.rooms, sheet, file="f.csv")
        assert report.events == {"given": 1}
        assert [number for number, _ in report.refused] == [2, 4, 5]
        assert not any("example.com" in why for _, why in report.refused)


def test_a_sheet_of_the_command_line_is_read_as_it_stands(town, tmp_path):
    """The command itself, on the store of the town; the clock is the machine's."""
    from typer.testing import CliRunner

    from hub.cli import app

    with town.open() as hub:
        town.people(hub, 2, agreed=False, tagged=False)
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, ["person", "at", "state", "purpose", "category", "explicit", "notice_version"])
    writer.writeheader()
    writer.writerows([
        row("p0@example.com", YES), row("p1@example.com", NO | {"category": ""}), row("p1@example.com", {"state": "maybe"}),
        row("p1@example.com", {"state": 'a "quoted,\nword'}),
    ])  # fmt: skip
    path = tmp_path / "consents.csv"
    path.write_text("\ufeff" + sheet.getvalue(), encoding="utf-8")
    run = CliRunner().invoke
    dry = run(app, ["consent", "import", str(path), "--dry-run", "-c", str(town.config)])
    assert dry.exit_code == 3 and "nothing was written" in dry.output and "4 rows: 1 given, 1 withdrawn" in dry.output
    assert "consents.csv:4: state" in dry.output and "example.com" not in dry.output
    done = run(app, ["consent", "import", str(path), "-c", str(town.config)])
    assert (
        done.exit_code == 3 and "2 rows left out" in done.output and "0 of these were on record already" in done.output
    )
    again = run(app, ["consent", "import", str(path), "--json", "-c", str(town.config)])
    assert '"known": 2' in again.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("person,state\n", "'at' is missing"),
        ("person,at\n", "'state' is missing"),
        ("person,at,state,mood\n", "'mood' is not known"),
        ("person,at,state,state\n", "stands twice"),
        ("person,at,state\np0@example.com,2026-05-01T00:00:00Z,given,EmotionAnalysis\n", ":2: "),
        ('person,at,state\n"p0', "not valid CSV"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(town, tmp_path, text, says):
    from typer.testing import CliRunner

    from hub.cli import app

    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(app, ["consent", "import", str(path), "-c", str(town.config)])
    assert ran.exit_code != 0
    assert says in f"{ran.output} {ran.exception}"
