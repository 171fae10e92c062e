"""What people decide holds: withdrawal, erasure, retention, and failing closed."""

import pytest

from hub.errors import ConfigError, PolicyError
from hub.pipeline.pull import pull
from hub.privacy.erasure import Progress

pytestmark = pytest.mark.slow


def member_with_tags(world):
    return next(m for m in world.members if m.consent == "all" and m.said_in("zendesk"))


def withdraw(world, member):
    from hub.cli.consent import _append
    from hub.schema import ConsentScope, ConsentState

    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
        scope = ConsentScope(purpose="EmotionAnalysis")
        _append(hub, person, ConsentState.WITHDRAWN, scope, explicit=True)
    return person


def test_after_a_withdrawal_nothing_more_is_sent_and_what_was_sent_is_cleared(world):
    world.pull()
    world.push()
    member = member_with_tags(world)
    contact = f"003{member.number:012d}AAA"
    table = world.simulator("salesforce").tables["Contact"]
    assert table[contact]["Emotion__c"]
    withdraw(world, member)
    world.clock.advance(60)
    report = world.push("salesforce-push")["salesforce-push"]
    assert table[contact]["Emotion__c"] is None
    assert report.counts["confirmed"] >= 1
    assert world.push("salesforce-push")["salesforce-push"].counts["confirmed"] == 0


def test_a_withdrawal_takes_the_tags_with_it(world):
    world.pull()
    member = member_with_tags(world)
    assert world.tags_of(member)
    withdraw(world, member)
    assert world.tags_of(member) == []


def test_a_withdrawal_at_the_vendor_takes_the_tags_with_it(world):
    world.pull()
    member = member_with_tags(world)
    assert world.tags_of(member)
    user = 7_000_000_000_000 + member.number
    now = world.clock.now().isoformat()
    world.clock.advance(600)
    world.simulator("zendesk").touch_user(user, user_fields={"consent_emotion": "withdrawn", "consent_emotion_at": now})
    world.clock.advance(3600)
    world.pull("zendesk-pull")
    assert world.tags_of(member) == []


def test_a_withdrawal_between_the_decision_and_the_sending_stops_the_row(world):
    """The gate is asked again in the transaction that marks a row as sending."""
    from hub.pipeline import push as module
    from hub.pipeline.run import running

    world.pull()
    member = member_with_tags(world)
    with world.open() as hub:
        job = hub.push_job("salesforce-push")
        obj = job.objects[0]
        with running(hub.rooms, job.sync, "push") as run:
            rows = [row for rows in module.select(hub.rooms, job, obj, run) for row in rows if row.fields]
            person = withdraw(world, member)
            assert any(row.subject.person_id == person for row in rows)
            before = len(world.simulator("salesforce").calls)
            module.deliver(hub.rooms, job, obj, run)
    sent = b"".join(call.body for call in world.simulator("salesforce").calls[before:])
    assert member.customer_id.encode() not in sent and f"003{member.number:012d}AAA".encode() not in sent
    others = [m for m in world.members if m.consent == "all" and m is not member and m.said_in("zendesk")]
    assert any(o.customer_id.encode() in sent or f"003{o.number:012d}AAA".encode() in sent for o in others)


def test_erased_stays_erased(world):
    world.pull()
    world.push()
    member = member_with_tags(world)
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, member)
    plan = world.erase(person)
    assert plan.progress is Progress.COMPLETE, [(s.phase, s.system, s.state, s.reason) for s in plan.steps]
    with world.open() as hub, hub.store.read() as tx:
        assert tx.records.for_person(person) == [] and world.person(hub, tx, member) is None
    deletes = [
        c
        for name in ("salesforce", "zendesk", "voucherify")
        for c in world.simulator(name).calls
        if c.method == "DELETE"
    ]
    assert deletes, "no vendor was asked to erase anybody"
    # The vendor tells of the person once more: an old export, a restored backup, a slow replica.
    world.simulator("voucherify").seed()
    again = world.pull(full=True)
    assert again["voucherify-pull"].reasons["withheld: suppressed"] >= 1
    with world.open() as hub, hub.store.read() as tx:
        assert world.person(hub, tx, member) is None
        assert hub.audit.verify().problem in {None, "entries without a signed checkpoint"}


def test_tags_expire_and_are_cleared_downstream(world):
    world.pull()
    world.push()
    member = member_with_tags(world)
    table = world.simulator("salesforce").tables["Contact"]
    assert table[f"003{member.number:012d}AAA"]["Emotion__c"]
    world.clock.advance(100 * 24 * 3600)
    swept = world.sweep()
    assert swept.deleted["emotion"] > 0
    assert world.tags_of(member) == []
    world.push("salesforce-push")
    assert table[f"003{member.number:012d}AAA"]["Emotion__c"] is None


def test_a_source_side_delete_goes_through(world):
    world.pull()
    ticket = next(iter(world.simulator("zendesk").tickets))
    with world.open() as hub, hub.store.read() as tx:
        ref = hub.vault.source_ref("zendesk", "tickets", str(ticket))
        assert tx.records.of_source(ref)
    world.simulator("zendesk").delete_ticket(ticket)
    world.clock.advance(3600)
    world.pull("zendesk-pull")
    with world.open() as hub, hub.store.read() as tx:
        assert tx.records.of_source(ref) == []


def test_a_deleted_post_is_gone_within_a_run(world):
    world.pull()
    x = world.simulator("x")
    with world.open() as hub, hub.store.read() as tx:
        stored = list(tx.records.source_keys("x", "mentions"))
    x.delete_post(stored[0])
    world.clock.advance(13 * 3600)
    world.pull("x-pull")
    with world.open() as hub, hub.store.read() as tx:
        assert stored[0] not in set(tx.records.source_keys("x", "mentions"))


def test_a_failing_recogniser_stores_nothing(world):
    class Broken:
        engine = "broken"

        def redact(self, *args, **options):
            raise PolicyError("a recogniser failed.", reason="redaction.unavailable")

    with world.open() as hub:
        hub.__dict__["redactor"] = Broken()
        report = pull(hub.rooms, hub.pull_job("zendesk-pull"))
    assert isinstance(report.error, PolicyError)
    with world.open() as hub, hub.store.read() as tx:
        assert "interaction" not in tx.records.counts() and "case" not in tx.records.counts()


def test_an_unreadable_suppression_list_stops_the_pull(world):
    world.sql(lambda conn: conn.exec_driver_sql("ALTER TABLE suppression RENAME TO gone"))
    with world.open() as hub:
        try:
            failed = pull(hub.rooms, hub.pull_job("voucherify-pull")).error is not None
        except Exception:  # noqa: BLE001 - whatever stops the pull is right
            failed = True
    assert failed
    world.sql(lambda conn: conn.exec_driver_sql("ALTER TABLE gone RENAME TO suppression"))
    assert world.rows("records") == {"records": []}


@pytest.mark.parametrize("name", ["purposes.yaml", "destinations.yaml", "retention.yaml", "jurisdictions.yaml"])
def test_a_missing_policy_file_stops_everything(world, name):
    (world.folder / "privacy" / name).unlink()
    with pytest.raises(ConfigError, match=name):
        world.pull("voucherify-pull")


def test_a_wrong_root_key_is_a_clear_error_and_no_damage(world):
    world.pull("voucherify-pull")
    key = world.folder / "var" / "root.key"
    good = key.read_text()
    key.write_text("A" * 43 + "=")
    with pytest.raises(ConfigError, match="root key"):
        world.pull("voucherify-pull")
    key.write_text(good)
    assert world.pull("voucherify-pull")["voucherify-pull"].error is None


def test_a_restored_backup_does_not_bring_anybody_back(world):
    world.pull()
    member = member_with_tags(world)
    backup = world.rows()
    with world.open() as hub, hub.store.read() as tx:
        person = world.person(hub, tx, member)
    assert world.erase(person).progress is Progress.COMPLETE
    world.restore(backup)
    with world.open() as hub, hub.store.read() as tx:
        assert tx.persons.status(person) == "erased"
        assert world.person(hub, tx, member) is None and tx.records.for_person(person) == []
    assert world.tags_of(member) == []


def test_a_withdrawn_link_to_x_is_cut(world):
    from hub.cli.consent import _append
    from hub.schema import ConsentScope, ConsentState

    world.pull()
    member = next(m for m in world.members if m.consent == "all" and m.said_in("x"))
    with world.open() as hub:
        with hub.store.read() as tx:
            person = world.person(hub, tx, member)
            assert "x" in {one.issuer for one in tx.persons.identifiers([person])[person]}
        _append(hub, person, ConsentState.WITHDRAWN, ConsentScope(purpose="IdentityLink.X"), explicit=True)
        with hub.store.read() as tx:
            assert "x" not in {one.issuer for one in tx.persons.identifiers([person])[person]}
            assert "x" not in {record.provenance.connection for record in tx.records.for_person(person)}
    world.clock.advance(3600)
    world.pull("x-pull", full=True)
    with world.open() as hub, hub.store.read() as tx:
        assert "x" not in {record.provenance.connection for record in tx.records.for_person(person)}


def test_a_consent_object_that_is_deleted_grants_nothing_any_more(world):
    world.pull()
    member = next(m for m in world.members if m.consent == "all" and not m.said_in("zendesk"))
    assert world.tags_of(member)
    salesforce = world.simulator("salesforce")
    world.clock.advance(3600)
    party = f"0PK{member.number:012d}AAA"
    for row in salesforce.tables["ContactPointTypeConsent"].values():
        if row["PartyId"] == party:
            row["IsDeleted"] = True
            row["SystemModstamp"] = world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    world.clock.advance(3600)
    world.pull("salesforce-pull")
    assert world.tags_of(member) == []


def test_another_customers_words_in_a_case_are_not_pushed_on_it(world):
    world.pull()
    zendesk = world.simulator("zendesk")
    a, b = [m for m in world.members if m.consent == "all" and m.said_in("zendesk")][:2]
    ticket = 35_000 + a.number
    world.clock.advance(600)
    zendesk.add_comment(ticket, 7_000_000_000_000 + b.number, "This is outrageous, I am absolutely furious with you!!!")
    world.clock.advance(3600)
    world.pull("zendesk-pull")
    with world.open() as hub, hub.store.read() as tx:
        from hub.pipeline.view import case_subjects, look_up

        person = world.person(hub, tx, a)
        known = look_up(tx, [person], world.clock.now())
        own = {str(tag.label) for tag in tx.tags.for_person([person], world.clock.now())[person]}
        views = [s.view for s in case_subjects(tx, known, [person], connection="zendesk", now=world.clock.now())]
    assert views and all(view["emotion"]["label"] in own for view in views if "emotion" in view)
