"""Who sees what at the command line: what a role may not see is not shown, and the attempt is on record."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.errors import HubError
from hub.schema import EmotionLabel
from hub_salesforce.simulated_seed import AGENT as OWNER
from hub_zendesk.simulated.seeding import ADMIN, AGENT
from tests.flows.conftest import World

LABELS = sorted(label.value for label in EmotionLabel if label is not EmotionLabel.NEUTRAL)


@pytest.fixture(scope="module")
def office(tmp_path_factory, engines, migrated_file):
    """A hub with tags in it, and people of every role."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "var").mkdir()
    shutil.copy(migrated_file, folder / "var" / "hub.db")
    with World(folder, engines, 12, f"sqlite:///{folder}/var/hub.db") as world:
        world.pull()
        roles = ["agent", "team_lead", "analyst", "reviewer", "privacy_officer", "dsar_clerk", "auditor", "operations"]
        bound = {role: [role] for role in [*roles, "admin", "sales", "collections", "plugin_vendor"]}
        bound |= {"both": ["agent", "sales"], "colleague": ["agent"], "newcomer": ["agent"]}
        mine = {"zendesk": str(AGENT), "salesforce": OWNER}
        agents = {"agent": mine, "both": mine, "colleague": {"zendesk": str(ADMIN), "salesforce": str(AGENT)}}
        world.edit(lambda settings: settings.update(roles=bound, agents=agents))
        yield world


@pytest.fixture
def ask(office, monkeypatch):
    """Commands in this process, under the world's own clock, as one of its people."""
    for module in ("person", "consent", "outcomes", "audit", "flow"):
        monkeypatch.setattr(f"hub.cli.{module}.open_hub", lambda config, dry_run=False: office.open(dry_run=dry_run))

    def run(actor, *arguments):
        office.edit(lambda settings: settings.update(actor=actor))
        ran = CliRunner().invoke(app, [*arguments, "-c", str(office.config)])
        assert ran.exception is None or isinstance(ran.exception, SystemExit | HubError), ran.exception
        code = ran.exception.exit_code if isinstance(ran.exception, HubError) else ran.exit_code
        return code, ran.stdout, str(ran.exception)

    return run


def told(office, member):
    return next(tag.label for tag in reversed(office.tags_of(member)) if tag.label)


@pytest.fixture
def customer(office):
    return next(one for one in office.members if one.consent == "all" and office.tags_of(one))


def tickets(office, member):
    with office.open() as hub, hub.store.read() as tx:
        held = tx.records.for_person(office.person(hub, tx, member), "case")
    return {f"{one.provenance.connection}:{one.provenance.key}": str(one.status) for one in held}


DENIED = [
    ("sales", ["person", "show", "{who}", "--purpose", "CustomerCare"], "floor.sales_and_collections"),
    ("sales", ["person", "show", "{who}", "--purpose", "CustomerCare", "--json"], "floor.sales_and_collections"),
    ("sales", ["person", "show", "{who}", "--purpose", "CustomerCare", "--case", "{case}"], "floor.sales_and_collections"),
    ("both", ["person", "show", "{who}", "--purpose", "CustomerCare", "--case", "{case}"], "floor.sales_and_collections"),
    ("sales", ["person", "show", "{who}"], "access.not_granted"),
    ("collections", ["person", "show", "{who}", "--purpose", "Collections"], "floor.sales_and_collections"),
    ("agent", ["person", "show", "{who}", "--purpose", "Collections", "--case", "{case}"], "floor.forbidden_purpose"),
    ("agent", ["person", "show", "{who}", "--purpose", "CustomerCare"], "access.not_granted"),
    ("agent", ["person", "show", "{who}", "--purpose", "CustomerCare", "--case", "zendesk:1"], "access.not_granted"),
    ("agent", ["person", "show", "{other}", "--purpose", "CustomerCare", "--case", "{case}"], "access.not_granted"),
    ("colleague", ["person", "show", "{who}", "--purpose", "CustomerCare", "--case", "{case}"], "access.not_granted"),
    ("newcomer", ["person", "show", "{who}", "--purpose", "CustomerCare", "--case", "{case}"], "access.not_granted"),
    ("agent", ["consent", "show", "{who}"], "access.not_granted"),
    ("agent", ["audit", "show"], "access.not_granted"),
    ("agent", ["audit", "export", "there"], "access.not_granted"),
    ("agent", ["outcomes", "list"], "access.not_granted"),
    ("team_lead", ["person", "show", "{who}", "--purpose", "CustomerCare", "--case", "{case}"], "access.not_granted"),
    ("analyst", ["person", "show", "{who}", "--purpose", "ServiceOptimisation"], "access.not_granted"),
    ("reviewer", ["person", "show", "{who}", "--purpose", "EmotionAnalysis"], "access.not_granted"),
    ("privacy_officer", ["person", "show", "{who}", "--purpose", "EmotionAnalysis"], "access.not_granted"),
    ("privacy_officer", ["person", "show", "{who}", "--purpose", "Snooping", "--reason", "complaint"], "access.no_purpose"),
    ("dsar_clerk", ["person", "show", "{who}", "--purpose", "LegalCompliance", "--case", "{case}"], "access.not_granted"),
    ("auditor", ["person", "show", "{who}", "--purpose", "LegalCompliance", "--reason", "regulator"], "access.not_granted"),
    ("operations", ["person", "show", "{who}", "--purpose", "CustomerCare"], "access.not_granted"),
    ("operations", ["push", "zendesk-push", "--dry-run", "--purpose", "EmotionAnalysis"], "access.not_granted"),
    ("admin", ["person", "show", "{who}", "--purpose", "LegalCompliance", "--reason", "incident"], "access.not_granted"),
    ("admin", ["push", "zendesk-push", "--dry-run", "--json", "--purpose", "EmotionAnalysis"], "access.not_granted"),
    ("plugin_vendor", ["person", "show", "{who}"], "floor.plugin_vendor"),
    ("plugin_vendor", ["outcomes", "quarantine"], "access.not_granted"),
    ("nobody", ["person", "show", "{who}"], "access.no_role"),
    ("nobody", ["outcomes", "dead"], "access.no_role"),
    ("nobody", ["audit", "report", "--by", "subject"], "access.no_role"),
]  # fmt: skip


def test_misuse_at_the_command_line_is_denied_and_on_record(office, ask, customer, audit_entries):
    other = next(one for one in office.members if one.consent == "all" and one is not customer)
    case = next(ref for ref, state in tickets(office, customer).items() if state in {"new", "open", "pending"})
    before = len(audit_entries(office, type="read"))
    errors = ""
    for actor, arguments, reason in DENIED:
        filled = [one.format(who=customer.email, other=other.email, case=case) for one in arguments]
        code, shown, error = ask(actor, *filled)
        assert code == 4 and reason in error and shown == "", (actor, arguments, shown, error)
        errors += error
    denied = audit_entries(office, type="read")[before:]
    told = [(one["actor"], one["outcome"], one["reasons"][0]) for one in denied]
    assert told == [(actor, "denied", reason) for actor, _, reason in DENIED]
    assert not [secret for secret in office.secrets_of(customer) if secret in json.dumps(denied) + errors]


def test_a_denial_does_not_tell_who_is_known(office, ask, customer):
    known = ask("sales", "person", "show", customer.email, "--purpose", "CustomerCare")
    assert known == ask("sales", "person", "show", "nobody@example.com", "--purpose", "CustomerCare")


def test_an_agent_sees_one_word_about_the_ticket_in_hand(office, ask, customer):
    seen = set()
    for member in office.members[:6]:
        for case, state in tickets(office, member).items():
            asked = ("person", "show", member.email, "--purpose", "CustomerCare", "--case", case, "--json")
            code, shown, _ = ask("agent", *asked)
            assert code == (0 if state in {"new", "open", "pending"} else 4), state
            seen |= {(state, json.dumps(sorted(word))) for word in json.loads(shown or "{}").get("emotion", [])}
    # Of open tickets one word, of no other ticket anything.
    assert seen and {words for _, words in seen} == {'["label", "said"]'}
    assert {state for state, _ in seen} <= {"new", "open", "pending"}


def test_a_ticket_that_is_nobodys_is_not_the_agents_own(office, ask, customer):
    member, case = next(
        (one, case) for one in office.members for case, state in tickets(office, one).items()
        if case.startswith("zendesk:") and state == "open"
    )  # fmt: skip
    asked = ("person", "show", member.email, "--purpose", "CustomerCare", "--case", case)
    assert ask("agent", *asked)[0] == 0
    desk = office.simulator("zendesk")
    ticket = desk.tickets[int(case.partition(":")[2])]
    office.clock.advance(60)
    stamp = office.clock.now()
    ticket |= {
        "assignee_id": None,
        "updated_at": f"{stamp:%Y-%m-%dT%H:%M:%SZ}",
        "generated_timestamp": int(stamp.timestamp()),
    }
    office.clock.advance(3600)
    office.pull()
    assert ask("agent", *asked)[0] == 4


def test_a_file_is_shown_without_a_word_about_emotion(office, ask, customer):
    code, shown, _ = ask("privacy_officer", "person", "show", customer.email, "--json")
    found = json.loads(shown)
    assert code == 0 and found["emotion"] is None and found["records"]["person"] >= 1
    assert not [label for label in LABELS if label in shown]


def test_the_privacy_officer_sees_one_word_with_a_reason_and_their_name_on_it(office, ask, customer):
    asked = ("person", "show", customer.email, "--purpose", "EmotionAnalysis", "--reason", "complaint")
    code, shown, _ = ask("privacy_officer", *asked, "--json")
    found = json.loads(shown)
    assert code == 0 and found["emotion"] == [{"said": found["emotion"][0]["said"], "label": told(office, customer)}]
    assert found["shown"].startswith("shown to privacy_officer for EmotionAnalysis at ")
    assert "records" not in found  # another purpose opens the file
    code, shown, _ = ask("privacy_officer", *asked)
    assert code == 0 and "shown to privacy_officer" in shown


def test_a_made_up_reason_is_no_reason(office, ask, customer, audit_entries):
    asked = (
        "person",
        "show",
        customer.email,
        "--purpose",
        "EmotionAnalysis",
        "--reason",
        f"because of {customer.email}",
    )
    code, shown, error = ask("privacy_officer", *asked)
    assert code == 2 and "data_subject_request" in error and shown == ""
    assert customer.email not in json.dumps(audit_entries(office))


def test_a_dry_run_names_fields_and_no_feelings(office, ask):
    code, shown, _ = ask("operations", "push", "voucherify-push", "--dry-run", "--json")
    rows = [row for row in json.loads(shown) if row["fields"]]
    assert code == 0 and rows and {value for row in rows for value in row["fields"].values()} == {"(not shown)"}
    assert not [label for label in LABELS if label in shown]
    code, shown, _ = ask("operations", "push", "voucherify-push", "--dry-run")
    assert code == 0 and "emotion_label" in shown and not [label for label in LABELS if label in shown]


def test_operations_see_what_the_hub_did(office, ask, audit_entries):
    before = len(audit_entries(office, type="read"))
    for command in (
        ["outcomes", "list"],
        ["outcomes", "quarantine"],
        ["outcomes", "dead"],
        ["outcomes", "obligations"],
    ):
        assert ask("operations", *command)[0] == 0
    for command in (
        ["audit", "show"],
        ["audit", "report"],
        ["audit", "report", "--by", "subject"],
        ["audit", "prove", "0"],
    ):
        assert ask("auditor", *command)[0] == 0
    assert len(audit_entries(office, type="read")) == before  # these name nobody


def test_figures_at_the_end_of_a_run_are_for_those_who_may_see_figures(office, audit_entries):
    from hub.cli.summary import _mood

    def shown_to(actor):
        office.edit(lambda settings: settings.update(actor=actor))
        with office.open() as hub:
            return str(_mood(hub, []))

    assert "not shown to operations" in shown_to("operations")
    assert "not shown" not in shown_to("privacy_officer")
    outcomes = [(one["actor"], one["outcome"]) for one in audit_entries(office, type="read")]
    assert outcomes[-2:] == [("operations", "denied"), ("privacy_officer", "shown")]


def test_a_role_that_nobody_knows_stops_the_hub(office, ask):
    office.edit(lambda settings: settings["roles"].update(boss=["privacy_oficer"]))
    code, _, error = ask("boss", "person", "show", "C-000001")
    office.edit(lambda settings: settings["roles"].pop("boss"))
    assert code == 2 and "roles.boss" in error and "did you mean 'privacy_officer'" in error


def test_without_access_yaml_nobody_sees_anything(office, ask, customer):
    rules = office.folder / "privacy" / "access.yaml"
    rules.rename(rules.with_suffix(".away"))
    bound = {}
    office.edit(lambda settings: bound.update(settings["roles"]) or settings.update(roles={}))
    try:
        assert ask("privacy_officer", "person", "show", customer.email)[0] == 4
        assert ask("auditor", "audit", "show")[0] == 4
    finally:
        rules.with_suffix(".away").rename(rules)
        office.edit(lambda settings: settings.update(roles=bound))
