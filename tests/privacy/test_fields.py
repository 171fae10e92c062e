import base64
import hmac
import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import PolicyError
from hub.privacy.categories import CATEGORY_PARENTS, FIELDS
from hub.privacy.consent import Decision
from hub.privacy.fields import needed_categories, needed_extras, permit
from hub.privacy.operator import reveal, token
from hub.privacy.policy import load_policy
from hub.privacy.redaction.entity import Entity, Redacted
from hub.schema import DataCategory

PRIVACY = Path(__file__).parents[2] / "privacy"
POLICY = load_policy(PRIVACY)
YES, NO = Decision(True, ("consent.given",)), Decision(False, ("consent.none",))
KEYS = {"crm": b"a" * 32, "bi#3": b"b" * 32}


@pytest.fixture
def shop(tmp_path):
    """This loads the reference rules with a further destination ``shop`` that has the given fields."""

    def load(fields, vault=False):
        for name in ("purposes", "jurisdictions", "destinations", "retention"):
            shutil.copy(PRIVACY / f"{name}.yaml", tmp_path)
        path = tmp_path / "destinations.yaml"
        entry = "\n  shop:\n    title: A shop\n    purposes: [CustomerCare]\n    categories: [contact, content]\n"
        entry += f"    vault: {str(vault).lower()}\n    fields:\n"
        entry += "".join(f"      {line}\n" for line in fields)
        text = path.read_text(encoding="utf-8").replace(
            "token_scopes: {}", "token_scopes: {crm: {}, bi: {key_version: 3}, named: {key: k/named}}"
        )
        path.write_text(text + entry, encoding="utf-8")
        return load_policy(tmp_path)

    return load


def leave(policy, view, decisions=lambda purpose, category: YES, destination="shop", **more):
    return permit(policy, destination, view, decisions, token_key=KEYS.__getitem__, **more)


@pytest.mark.parametrize(
    ("rule", "value", "sent"),
    [
        ("keep", "Maria Garcia", "Maria Garcia"),
        ("redact", "Maria Garcia", "[redacted]"),
        ("mask", "Maria Garcia", "************"),
        ("{do: mask, keep_last: 2}", "Maria Garcia", "**********ia"),
        ("{do: mask, keep_last: 4}", "Li", "**"),
        ("{do: generalise, keep_first: 3}", "Maria Garcia", "Mar"),
        ("keep", None, None),
        ("{do: token, scope: crm}", None, None),
    ],
)
def test_an_operator_changes_a_text(shop, rule, value, sent):
    result = leave(shop([f"person.name: {rule}"]), {"person": {"name": value}})
    assert result.view == {"person": {"name": sent}}
    assert result.withheld == ()


@pytest.mark.parametrize(
    ("rule", "value", "sent"),
    [
        ("{do: round, step: 0.1}", 0.26, 0.3),
        ("{do: round, step: 0.25}", 0.9, 1.0),
        ("{do: round, step: 10}", 47, 50),
        ("{do: generalise, to: month}", "2026-05-04T23:30:00+00:00", "2026-05"),
        ("{do: generalise, to: day}", "2026-05-04T23:30:00-02:00", "2026-05-05"),
        ("{do: generalise, to: hour}", "2026-05-04T23:30:00+00:00", "2026-05-04T23:00:00+00:00"),
        ("{do: generalise, to: year}", "2026-05-04T23:30:00+00:00", "2026"),
    ],
)
def test_an_operator_changes_a_number_or_time(shop, rule, value, sent):
    assert leave(shop([f"case.opened_at: {rule}"]), {"case": {"opened_at": value}}).view == {
        "case": {"opened_at": sent}
    }


@pytest.mark.parametrize(
    ("rule", "value", "reason"),
    [
        ("{do: round, step: 0.1}", "0.26", "field.not_a_number"),
        ("{do: round, step: 0.1}", True, "field.not_a_number"),
        ("{do: generalise, to: day}", "yesterday", "field.not_a_time"),
        ("{do: generalise, to: day}", "2026-05-04T10:00:00", "field.not_a_time"),
        ("keep", ["a"], "field.not_scalar"),
        ("mask", {"a": 1}, "field.not_text"),
        ("{do: token, scope: crm}", [1], "field.not_text"),
        ("scan", "text", "field.not_scanned"),
        ("drop", "text", "field.dropped"),
    ],
)
def test_what_an_operator_cannot_handle_stays(shop, rule, value, reason):
    result = leave(shop([f"case.opened_at: {rule}"]), {"case": {"opened_at": value}})
    assert result.view == {} and result.withheld == (("case.opened_at", reason),)


SUBJECT = "call Maria, maria@example.com, Rome"


def find(text):
    """Stands for the redaction engine: it knows where what is in this one text, and how sure it is."""
    found = [("Maria", "PERSON", 0.9), ("maria@example.com", "EMAIL_ADDRESS", 1.0), ("Rome", "LOCATION", 0.4)]
    return Redacted("", tuple(Entity(text.index(v), text.index(v) + len(v), t, s) for v, t, s in found if v in text))


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        ("scan", "call <PERSON>, <EMAIL_ADDRESS>, <LOCATION>"),
        ("{do: scan, entities: [EMAIL, LOCATION]}", "call Maria, <EMAIL_ADDRESS>, <LOCATION>"),
        ("{do: scan, min_score: 0.5}", "call <PERSON>, <EMAIL_ADDRESS>, Rome"),
        ("{do: scan, with: {'*': mask, PERSON: redact, EMAIL: drop}}", "call <PERSON>, , ****"),
        ("{do: scan, max_len: 35}", "call <PERSON>, <EMAIL_ADDRESS>, <LOCATION>"),
    ],
)
def test_free_text_is_redacted_once_more(shop, rule, sent):
    result = leave(shop([f"case.subject: {rule}"]), {"case": {"subject": SUBJECT}}, redact=find)
    assert result.view == {"case": {"subject": sent}}


def test_what_is_found_in_a_text_may_become_a_token_or_a_pseudonym(shop):
    rule = "{do: scan, entities: [PERSON, EMAIL], with: {PERSON: pseudonym, EMAIL: token}, scope: crm}"
    result = leave(shop([f"case.subject: {rule}"], vault=True), {"case": {"subject": SUBJECT}}, redact=find)
    person, mail = re.fullmatch(r"call (p1_\w+), (t1_\w+), Rome", result.view["case"]["subject"]).groups()
    assert reveal(person, "PERSON", KEYS["crm"]) == "Maria"
    assert mail == token(KEYS["crm"], 1, "EMAIL_ADDRESS", "maria@example.com")


def test_a_text_that_is_too_long_or_cannot_be_redacted_stays(shop):
    view = {"case": {"subject": SUBJECT}}
    short = leave(shop(["case.subject: {do: scan, max_len: 34}"]), view, redact=find)
    assert (short.view, short.withheld) == ({}, (("case.subject", "field.too_long"),))
    none = leave(shop(["case.subject: scan"]), view, redact=lambda text: Redacted("<TEXT>", (), withheld=True))
    assert (none.view, none.withheld) == ({}, (("case.subject", "field.not_scanned"),))


def test_tokens_are_stable_within_a_scope_and_unlinkable_across(shop):
    policy = shop(
        [
            "person.email: {do: token, scope: crm}",
            "person.id: {do: token, scope: bi}",
            "person.phone: {do: token, scope: crm}",
        ]
    )

    def made(name, value):
        return leave(policy, {"person": {name: value}}).view["person"][name]

    assert (
        made("email", "Maria@Example.com") == made("email", "maria@example.com") == made("email", "ＭARIA@example.com")
    )
    assert made("email", "x") != made("id", "x")
    assert made("email", "x") != made("phone", "x")
    assert made("email", "x").startswith("t1_") and made("id", "x").startswith("t3_")


def test_a_token_is_made_as_the_policy_says():
    message = b"hub-tok/1\0" + b"email" + b"\0" + b"maria@example.com"
    expected = "t1_" + base64.b32encode(hmac.digest(KEYS["crm"], message, "sha256")).decode()[:26]
    assert token(KEYS["crm"], 1, "email", "Maria@Example.com") == expected


def test_a_new_version_of_a_scope_has_a_key_of_its_own(shop):
    asked = []
    policy = shop(["person.email: {do: token, scope: bi}", "person.phone: {do: token, scope: named}"])
    permit(
        policy, "shop", {"person": {"email": "x", "phone": "y"}}, lambda p, c: YES,
        token_key=lambda name: asked.append(name) or b"a" * 32,
    )  # fmt: skip
    assert asked == ["bi#3", "k/named"]


def test_two_thousand_values_in_two_scopes_have_four_thousand_tokens():
    made = {token(key, 1, "email", f"p{n}@example.com") for key in KEYS.values() for n in range(2000)}
    assert len(made) == len(KEYS) * 2000


def test_a_weak_key_makes_no_token(shop):
    policy = shop(["person.email: {do: token, scope: crm}"])
    result = permit(policy, "shop", {"person": {"email": "x"}}, lambda p, c: YES, token_key=lambda scope: b"short")
    assert result.withheld == (("person.email", "field.weak_key"),)


def test_a_pseudonym_can_be_undone_with_its_key_only(shop):
    policy = shop(["person.email: {do: pseudonym, scope: crm}"], vault=True)
    sent = leave(policy, {"person": {"email": "maria@example.com"}}).view["person"]["email"]
    assert "maria" not in sent
    assert reveal(sent, "person.email", KEYS["crm"]) == "maria@example.com"
    for path, key in (("person.email", KEYS["bi#3"]), ("person.phone", KEYS["crm"])):
        with pytest.raises(ValueError, match="not made with this key"):
            reveal(sent, path, key)


def test_a_field_that_requires_another_yes_waits_for_it(shop):
    policy = shop(["person.phone: {do: keep, requires: {purpose: IdentityLink.X, category: contact}}"])
    view = {"person": {"phone": "1"}}
    assert leave(policy, view, {"contact": YES}).withheld == (("person.phone", "gate.not_asked"),)
    assert leave(policy, view, {"contact": YES, ("IdentityLink.X", "contact"): NO}).withheld == (
        ("person.phone", "consent.none"),
    )
    assert leave(policy, view, {"contact": YES, ("IdentityLink.X", "contact"): YES}).view == view
    assert needed_extras(policy, "shop", ["person.phone"]) == {("IdentityLink.X", DataCategory.CONTACT)}
    assert shop(["person.phone: {do: keep, requires: IdentityLink.X}"]).destination("shop").rules == {
        "person.phone": policy.destination("shop").rules["person.phone"]
    }


def test_a_field_that_requires_explicit_consent_does_not_leave_on_another_ground(shop):
    policy = shop(["emotion.label: {do: keep, requires: explicit_consent}"])
    view = {"emotion": {"label": "anger"}}
    other = leave(policy, view, {"emotion.label": Decision(True, ("consent.not_required",))})
    assert other.withheld == (("emotion.label", "field.not_consented"),)
    assert leave(policy, view, {"emotion.label": YES}).view == view


def test_a_group_may_be_listed_as_a_whole_and_a_field_of_it_otherwise(shop):
    policy = shop(["case.*: keep", "case.subject: scan", "case.key: drop", "agent.*: drop"])
    rules = policy.destination("shop").rules
    assert set(rules) == {path for path in FIELDS if path.startswith("case.")}
    assert (rules["case.status"].do, rules["case.subject"].do, rules["case.key"].do) == ("keep", "scan", "drop")
    view = {"case": {"key": "1", "status": "open", "secret": "x"}, "agent": {"name": "Kim"}}
    assert leave(policy, view).view == {"case": {"status": "open"}}


def test_decisions_may_be_keyed_by_plain_words():
    result = leave(
        POLICY,
        {"emotion": {"label": "anger", "distress": 0.5}},
        {"emotion.label": YES, "emotion.distress": NO},
        "zendesk",
    )
    assert result.view == {"emotion": {"label": "anger"}}
    assert result.withheld == (("emotion.distress", "consent.none"),)


def test_nothing_leaves_unasked_but_what_is_not_personal():
    view = {"emotion": {"label": "anger"}, "hub": {"policy": "abc"}}
    result = leave(POLICY, view, {}, "zendesk")
    assert result.view == {"hub": {"policy": "abc"}}
    assert result.withheld == (("emotion.label", "gate.not_asked"),)


def test_a_destination_without_an_entry_is_refused():
    with pytest.raises(PolicyError):
        leave(POLICY, {}, destination="newcomer")


def test_the_gate_is_asked_only_about_what_could_leave():
    asked = needed_categories(
        POLICY, "zendesk", ["emotion.label", "emotion.tone_hint", "person.email", "hub.now", "case.status"]
    )
    assert asked == {DataCategory.EMOTION_LABEL, DataCategory.EMOTION, DataCategory.CONTENT}
    assert needed_categories(POLICY, "zendesk", []) == frozenset()


def test_every_field_has_a_known_category():
    assert {category for category in FIELDS.values() if category is not None} <= set(CATEGORY_PARENTS)
    assert set(CATEGORY_PARENTS) == set(DataCategory)


paths = st.sampled_from([*FIELDS, "person.secret", "other.thing"])
values = (
    st.none()
    | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.lists(st.text(max_size=3), max_size=2)
)


# Ten thousand on demand: HUB_FIELD_EXAMPLES=10000.
@settings(max_examples=int(os.environ.get("HUB_FIELD_EXAMPLES", "300")), deadline=None)
@given(
    fields=st.dictionaries(paths, values, max_size=12),
    destination=st.sampled_from(sorted(POLICY.destinations.destinations)),
    allowed=st.sets(st.sampled_from(list(DataCategory))),
)
def test_only_listed_and_allowed_fields_ever_leave(fields, destination, allowed):
    view = {}
    for path, value in fields.items():
        group, name = path.split(".")
        view.setdefault(group, {})[name] = value
    result = leave(POLICY, view, lambda purpose, category: YES if category in allowed else NO, destination)
    sent = {f"{group}.{name}" for group, names in result.view.items() for name in names}
    assert sent <= set(POLICY.destination(destination).rules)
    assert all(FIELDS[path] is None or FIELDS[path] in allowed for path in sent)
    assert sent | {path for path, _ in result.withheld} == set(fields)
    assert not sent & {path for path, _ in result.withheld}
