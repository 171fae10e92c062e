import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import PolicyError
from hub.privacy.categories import CATEGORY_PARENTS, FIELDS
from hub.privacy.consent import Decision
from hub.privacy.fields import needed_categories, needed_extras, permit, reveal
from hub.privacy.policy import load_policy
from hub.schema import DataCategory

PRIVACY = Path(__file__).parents[2] / "privacy"
POLICY = load_policy(PRIVACY)
YES, NO = Decision(True, ("consent.given",)), Decision(False, ("consent.none",))
KEYS = {"crm": b"a" * 32, "bi": b"b" * 32}


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
            "token_scopes: {}", "token_scopes: {crm: {}, bi: {key_version: 3}}"
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


def test_free_text_is_redacted_once_more(shop):
    policy = shop(["case.subject: scan"])
    result = leave(policy, {"case": {"subject": "call Maria"}}, redact=lambda text: text.replace("Maria", "<PERSON>"))
    assert result.view == {"case": {"subject": "call <PERSON>"}}


def test_tokens_are_stable_within_a_scope_and_unlinkable_across(shop):
    policy = shop(
        [
            "person.email: {do: token, scope: crm}",
            "person.id: {do: token, scope: bi}",
            "person.phone: {do: token, scope: crm}",
        ]
    )

    def token(name, value):
        return leave(policy, {"person": {name: value}}).view["person"][name]

    assert token("email", "Maria@Example.com") == token("email", "maria@example.com")
    assert token("email", "x") != token("id", "x")
    assert token("email", "x") != token("phone", "x")
    assert token("email", "x").startswith("t1_") and token("id", "x").startswith("t3_")
    assert len(token("email", "x")) == 29


def test_a_weak_key_makes_no_token(shop):
    policy = shop(["person.email: {do: token, scope: crm}"])
    result = permit(policy, "shop", {"person": {"email": "x"}}, lambda p, c: YES, token_key=lambda scope: b"short")
    assert result.withheld == (("person.email", "field.weak_key"),)


def test_a_pseudonym_can_be_undone_with_its_key_only(shop):
    policy = shop(["person.email: {do: pseudonym, scope: crm}"], vault=True)
    sent = leave(policy, {"person": {"email": "maria@example.com"}}).view["person"]["email"]
    assert "maria" not in sent
    assert reveal(sent, "person.email", KEYS["crm"]) == "maria@example.com"
    for path, key in (("person.email", KEYS["bi"]), ("person.phone", KEYS["crm"])):
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


@settings(max_examples=100, deadline=None)
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
    assert sent <= set(POLICY.destination(destination).fields)
    assert all(FIELDS[path] is None or FIELDS[path] in allowed for path in sent)
    assert sent | {path for path, _ in result.withheld} == set(fields)
    assert not sent & {path for path, _ in result.withheld}
