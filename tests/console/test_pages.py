"""What the pages show is what the ledger holds, to those who may see it, and never a person."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.app import open_hub
from hub.store import tables
from tests.console.asking import ask
from tests.console.story import CANARIES

PAGES = ("/", "/runs", "/failures", "/duties", "/audit")


@pytest.fixture
def data(console):
    app = console("operations")

    def data(path):
        answer = ask(app, path)
        assert answer.status == 200, answer.text
        return answer.data

    return data


def test_the_overview_tells_what_needs_somebody(data):
    found = data("/overview.json")
    told = [(one["level"], one["what"]) for one in found["notices"]]
    assert ("bad", "salesforce-pull: the last run failed.") in told
    assert ("warn", "rows that no destination took: 1") in told
    assert [level for level, _ in told] == sorted(level for level, _ in told)
    assert found["counts"] == {
        "dead_letters": 1, "quarantined": 1, "open_obligations": 1, "overdue_obligations": 1, "open_requests": 1,
        "overdue_requests": 0,
    }  # fmt: skip


def test_an_alert_that_stands_is_on_the_first_page_as_the_command_line_tells_it(data, story, console):
    """A page that says that nothing needs anybody while somebody is woken by Slack is worse than none."""
    with open_hub(story.config, now=story.clock.now) as hub:
        alerts = hub.find_alerts(hub.snapshot())
    assert {"stale", "degraded", "obligations"} <= {one.name for one in alerts}
    found = data("/overview.json")
    told = {(one["level"], one["what"], one["next"]) for one in found["notices"]}
    for one in alerts:
        where = f"{one.sync}: " if one.sync else ""
        assert ({"critical": "bad", "warning": "warn"}[one.severity], f"{where}{one.text}.", one.fix) in told
    late = {one["sync"] for one in found["syncs"] if one["late"]}
    assert late == {one.sync for one in alerts if one.name == "stale"} and "salesforce-pull" in late
    for one in found["notices"]:
        assert not one["page"] or ask(console("operations"), f"/{one['page']}").status == 200


def test_the_syncs_show_how_their_last_run_ended_and_what_waits(data):
    syncs = {one["sync"]: one for one in data("/overview.json")["syncs"]}
    assert syncs["salesforce-pull"]["status"] == "failed" and syncs["x-pull"]["run"] is None
    assert syncs["zendesk-push"]["dead"] == 1


def test_runs_show_what_became_of_their_records(data, story):
    runs = {one["run"]: one for one in data("/runs.json")["runs"]}
    pull, push = runs[story.runs["good"]], runs[story.runs["push"]]
    assert (pull["status"], pull["rows"], pull["seconds"]) == ("partial", 5, 12.0)
    assert pull["counts"] == {"stored": 3, "unchanged": 0, "withheld": 1, "quarantined": 1}
    assert push["rows"] == 3
    assert push["counts"] == {"confirmed": 1, "unchanged": 0, "withheld": 1, "failed": 1, "unknown": 0, "pending": 0}
    assert runs[story.runs["late"]]["status"] == "failed"


def test_runs_can_be_narrowed_and_followed_back(data, story):
    assert {one["sync"] for one in data("/runs.json?sync=zendesk-push")["runs"]} == {"zendesk-push"}
    assert {one["status"] for one in data("/runs.json?status=succeeded")["runs"]} == {"succeeded"}
    every = [one["run"] for one in data("/runs.json")["runs"]]
    assert [one["run"] for one in data(f"/runs.json?before={every[1]}")["runs"]] == every[2:]


def test_a_run_tells_why(data, story):
    found = data(f"/runs/{story.runs['good']}.json")
    assert {(one["state"], one["reason"], one["count"]) for one in found["reasons"]} == {
        ("withheld", "consent.none", 1), ("quarantined", "mapping.missing", 1),
    }  # fmt: skip
    assert found["checked"] and found["problems"] == []
    pushed = data(f"/runs/{story.runs['push']}.json")["reasons"]
    assert ("withheld", "optout.withdrawn", "consent was withdrawn (optout.withdrawn)") in {
        (one["state"], one["reason"], one["words"]) for one in pushed
    }


def test_a_run_that_ended_early_does_not_say_that_all_is_well(console, story):
    app = console("operations")
    failed, good = (ask(app, f"/runs/{story.runs[name]}").text for name in ("late", "good"))
    assert "ended early" in failed and "<code>hub check</code>" in failed
    assert "ended early" not in good


def test_a_run_whose_rows_do_not_add_up_says_so(data, story):
    url = f"sqlite:///{story.config.parent}/var/hub.db"
    engine = sa.create_engine(url)
    mine = tables.batches.c.run_id == story.runs["good"]
    with engine.begin() as conn:
        conn.execute(sa.update(tables.batches).where(mine).values(stored=2))
    try:
        assert data(f"/runs/{story.runs['good']}.json")["problems"] != []
    finally:
        with engine.begin() as conn:
            conn.execute(sa.update(tables.batches).where(mine).values(stored=3))
        engine.dispose()


def test_failures_come_in_groups_with_the_next_step(data):
    found = data("/failures.json")
    (dead,) = found["dead_letters"]
    assert (dead["place"], dead["part"], dead["reason"], dead["count"]) == ("zendesk-push", "users", "INVALID_FIELD", 1)
    assert dead["next"] == "hub outcomes retry --sync zendesk-push --reason INVALID_FIELD --dry-run"
    (unread,) = found["quarantined"]
    assert (unread["place"], unread["part"], unread["reason"]) == ("zendesk", "tickets", "mapping.missing")
    assert unread["next"] == "hub outcomes retry --sync zendesk-pull --reason mapping.missing"
    assert [(one["reason"], one["attempts"]) for one in found["rows"]] == [("INVALID_FIELD", 1)]


def test_duties_and_the_head_of_the_log(data, office):
    found = data("/duties.json")
    assert [(one["system"], one["owner"], one["overdue"]) for one in found["obligations"]] == [
        ("x", "social desk", True)
    ]
    assert [(one["kind"], one["law"], one["overdue"]) for one in found["requests"]] == [("access", "GDPR", False)]
    head = data("/audit.json")
    verified = office.hub().audit.verify()
    assert (head["entries"], head["root_hash"]) == (verified.size, verified.root.hex())


@pytest.mark.parametrize("path", PAGES)
def test_no_page_knows_a_person(console, story, path):
    app = console("operations", "admin", "privacy_officer", "auditor")
    page, told = ask(app, path), ask(app, f"{path if path != '/' else '/overview'}.json")
    assert page.status == told.status == 200
    for text in (page.text, told.text):
        assert [one for one in (*CANARIES, story.person) if one in text] == []
        assert not re.search(r"aud_|target_|itx_|ref_[a-z0-9]", text)


def test_the_canaries_are_in_the_store(office, story):
    """Else the test above would prove nothing."""
    with office.hub().store.read() as tx:
        assert [one.key for one in tx.quarantine.list(5)] == [CANARIES[0]]
        assert [one.text for one in tx.records.for_person(story.person)] == [CANARIES[3]]


@pytest.mark.parametrize(
    "path", [*PAGES, "/overview.json", "/runs.json", "/failures.json", "/duties.json", "/audit.json"]
)
def test_without_a_role_there_is_nothing(console, office, path):
    before = office.hub().audit.sequence().size
    answer = ask(console(), path)
    assert answer.status == 403 and "access.no_role" in answer.text
    assert office.hub().audit.sequence().size == before + 1  # the attempt is on record
    assert "zendesk" not in answer.text


def test_whoever_looks_on_sees_counts_and_no_rows(console, story):
    app = console("observer")
    assert ask(app, "/runs.json").status == ask(app, "/audit").status == 200
    found = ask(app, "/failures.json").data
    assert found["rows"] == [] and found["rows_hidden"] and found["total"] == 1
    assert ask(app, "/duties").status == 403
    assert "Duties" not in ask(app, "/").text


def test_a_yes_about_runs_waits_for_no_writer(console, office):
    """The page is made while a run holds the database's only write lock."""
    with office.hub().store.begin():
        assert ask(console("operations"), "/runs.json").status == 200


def test_a_role_that_is_taken_away_is_gone_with_the_next_page(console, story):
    app = console("observer")
    rules = story.config.parent / "privacy" / "access.yaml"
    kept = rules.read_text()
    assert ask(app, "/runs").status == 200
    rules.write_text(kept.replace("roles: [observer]", "roles: [auditor]"))
    try:
        assert ask(app, "/runs").status == 403
    finally:
        rules.write_text(kept)


def test_rules_that_cannot_be_read_show_nothing_and_say_where(console, story):
    rules = story.config.parent / "privacy" / "access.yaml"
    kept = rules.read_text()
    app = console("operations")
    assert ask(app, "/").status == 200
    rules.write_text(kept + "\nnonsense: true\n")
    try:
        answer = ask(app, "/")
        assert answer.status == 503 and "nonsense" in answer.text and "zendesk-pull" not in answer.text
    finally:
        rules.write_text(kept)
    assert ask(app, "/").status == 200


@pytest.mark.parametrize("path", ["/", "/runs", "/nothing-here", "/static/console.css", "/runs/run_unknown"])
def test_every_answer_has_the_headers(console, path):
    told = ask(console("operations"), path).headers
    policy = told["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy and "unsafe" not in policy
    assert told["x-content-type-options"] == "nosniff" and told["referrer-policy"] == "no-referrer"
    assert told["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_to_their_own_rules(console, story, path):
    """No script and no style but those of the console's own files, and no address of anybody else."""
    text = ask(console("operations"), path).text
    assert re.findall(r"<script(?![^>]*src=\"/static/)[^>]*>|<style|\sstyle=|\son\w+=", text) == []
    assert re.findall(r"(?:src|href|action)=\"https?:", text) == []


def test_links_stay_below_the_place_where_the_console_is_mounted(console):
    text = ask(console("operations"), "/", root="/airflow/hub").text
    links = re.findall(r"(?:href|src|action)=\"(/[^\"]*)\"", text)
    assert links and [link for link in links if not link.startswith("/airflow/hub/")] == []


def test_nothing_answers_to_anything_but_a_look(console):
    app = console("operations", "admin")
    for path in PAGES:
        assert {ask(app, path, method=method).status for method in ("POST", "PUT", "DELETE")} == {405}


def test_what_is_asked_for_is_shown_as_text(console):
    text = ask(console("operations"), "/runs?sync=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in text
    assert ask(console("operations"), "/runs?sync=" + "x" * 500).status == 422


def test_the_charts_show_the_same_numbers(console, story):
    text = ask(console("operations"), "/").text
    drawn = re.findall(r"<title>([^<]*)</title>", text)
    assert any(one.endswith("· stored · 3") for one in drawn) and any(one.endswith("· withheld · 1") for one in drawn)
    assert "consent was withdrawn" in text and "no consent on record" in text


def test_the_timeline_holds_every_run_of_its_span():
    from hub.console.timeline import SLICES, make_timeline
    from tests.console.story import NOW

    for span in (timedelta(minutes=3), timedelta(hours=5), timedelta(days=40)):
        rows = [{"kind": "pull", "started": NOW - span * n / 10, "counts": {"stored": 1}} for n in range(11)]
        made = make_timeline([*rows, {"kind": "push", "started": NOW, "counts": {"stored": 9}}], "pull", NOW)
        assert sum(made.series(["stored"])["stored"]) == 11 and len(made.starts) <= SLICES


def test_json_is_the_page(console, story):
    app = console("operations")
    found = ask(app, "/runs.json?status=partial").data
    assert found["at"].startswith("2026-05-20T03:07:00")
    text = ask(app, "/runs?status=partial").text
    assert all(f"/runs/{one['run']}" in text for one in found["runs"]) and "/runs.json?status=partial" in text
