"""Resolution: one person, a new one, a merge or a conflict - whatever the order of what was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity import Action, Reason, resolve
from hub.schema import Identifier, IdentifierKind

MAIL = Identifier(kind=IdentifierKind.EMAIL, value="maria@example.com")
OTHER_MAIL = Identifier(kind=IdentifierKind.EMAIL, value="m.garcia@example.com")
ROLE = Identifier(kind=IdentifierKind.EMAIL, value="info@example.com")
HANDLE = Identifier(kind=IdentifierKind.HANDLE, value="maria_g", issuer="x")
PHONE = Identifier(kind=IdentifierKind.PHONE, value="+34910555101")
ZENDESK_7 = Identifier(kind=IdentifierKind.VENDOR_ID, value="7", issuer="zendesk", verified=True)
ZENDESK_9 = Identifier(kind=IdentifierKind.VENDOR_ID, value="9", issuer="zendesk", verified=True)
CUSTOMER = Identifier(kind=IdentifierKind.CUSTOMER_ID, value="C-000001")


def test_nobody_found_is_a_new_person():
    outcome = resolve([MAIL, HANDLE], found={})
    assert (outcome.action, outcome.person_id, outcome.reasons) == (Action.CREATE, None, (Reason.NOTHING_FOUND,))
    assert outcome.matchable == (MAIL,)


def test_only_unmatchable_identifiers_are_a_new_person():
    outcome = resolve([ROLE, HANDLE], found={ROLE: "p1", HANDLE: "p2"})
    assert (outcome.action, outcome.reasons, outcome.matchable) == (Action.CREATE, (Reason.NOTHING_MATCHABLE,), ())


def test_one_found_person_is_used():
    outcome = resolve([MAIL, PHONE], found={MAIL: "p1", PHONE: "p1"})
    assert (outcome.action, outcome.person_id) == (Action.USE, "p1")


def test_the_oldest_survives_a_merge():
    outcome = resolve(
        [MAIL, PHONE, CUSTOMER], found={MAIL: "p3", PHONE: "p1", CUSTOMER: "p2"}, oldest_first=["p2", "p1", "p3"]
    )
    assert (outcome.action, outcome.person_id, outcome.absorbed) == (Action.MERGE, "p2", ("p1", "p3"))


def test_a_handle_merges_nobody():
    outcome = resolve([MAIL, HANDLE], found={MAIL: "p1", HANDLE: "p2"})
    assert (outcome.action, outcome.person_id) == (Action.USE, "p1")


def test_a_role_mailbox_merges_nobody():
    outcome = resolve([MAIL, ROLE], found={MAIL: "p1", ROLE: "p2"})
    assert (outcome.action, outcome.person_id) == (Action.USE, "p1")


def test_two_verified_ids_of_one_issuer_are_a_conflict_and_the_own_id_tells():
    outcome = resolve([MAIL, ZENDESK_9], found={MAIL: "p1", ZENDESK_9: "p2"}, owned={"p1": [ZENDESK_7]})
    assert (outcome.action, outcome.person_id, outcome.absorbed) == (Action.CONFLICT, "p2", ())
    assert outcome.reasons == (Reason.DIFFERENT_IDS,)


def test_a_shared_mailbox_does_not_pull_a_new_user_into_another_one():
    outcome = resolve([MAIL, ZENDESK_9], found={MAIL: "p1"}, owned={"p1": [ZENDESK_7]})
    assert (outcome.action, outcome.person_id) == (Action.CONFLICT, None)


def test_a_conflict_told_by_a_mailbox_alone_attaches_to_nobody():
    outcome = resolve([MAIL], found={MAIL: ["p1", "p2"]}, owned={"p1": [ZENDESK_7], "p2": [ZENDESK_9]})
    assert (outcome.action, outcome.person_id) == (Action.CONFLICT, None)


def test_unverified_ids_do_not_forbid_a_merge():
    loose = ZENDESK_9.model_copy(update={"verified": False})
    outcome = resolve([MAIL, PHONE], found={MAIL: "p1", PHONE: "p2"}, owned={"p1": [ZENDESK_7], "p2": [loose]})
    assert outcome.action is Action.MERGE


def test_an_identifier_of_too_many_people_matches_nobody():
    crowd = ["p1", "p2", "p3", "p4"]
    outcome = resolve([PHONE, MAIL], found={PHONE: crowd, MAIL: "p9"})
    assert (outcome.action, outcome.person_id, outcome.reasons) == (Action.USE, "p9", (Reason.SHARED, Reason.MATCHED))
    assert resolve([PHONE], found={PHONE: crowd}, degree_cap=4).action is Action.MERGE


def test_verification_does_not_hide_an_identifier_from_its_own_look_up():
    outcome = resolve([ZENDESK_7], found={ZENDESK_7.model_copy(update={"verified": False}): "p1"})
    assert (outcome.action, outcome.person_id) == (Action.USE, "p1")


IDENTIFIERS = [MAIL, OTHER_MAIL, ROLE, HANDLE, PHONE, ZENDESK_7, ZENDESK_9, CUSTOMER]
PEOPLE = ["p1", "p2", "p3"]
found_maps = st.dictionaries(st.sampled_from(IDENTIFIERS), st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True))


@given(found_maps, st.permutations(IDENTIFIERS), st.permutations(PEOPLE), st.randoms())
def test_the_outcome_does_not_depend_on_any_order_but_age(found, identifiers, ages, chance):
    shuffled = list(found.items())
    chance.shuffle(shuffled)
    other = {one: list(reversed(ids)) for one, ids in shuffled}
    assert resolve(IDENTIFIERS, found=found, oldest_first=ages) == resolve(identifiers, found=other, oldest_first=ages)


@given(found_maps, st.permutations(PEOPLE))
def test_merging_in_either_sequence_leaves_the_same_person(found, ages):
    """Resolving all identifiers at once, or half of them before the others, ends with the same survivor."""
    halves = IDENTIFIERS[:4], IDENTIFIERS[4:5] + IDENTIFIERS[7:]
    ends = set()
    for first, second in (halves, halves[::-1]):
        gone: dict[str, str] = {}
        for part in (first, second, [*first, *second]):
            seen = {one: sorted({gone.get(person, person) for person in ids}) for one, ids in found.items()}
            outcome = resolve(part, found=seen, oldest_first=ages)
            for person in outcome.absorbed:
                gone = {old: outcome.person_id if new == person else new for old, new in gone.items()}
                gone[person] = outcome.person_id
        ends.add((outcome.action in (Action.CREATE, Action.CONFLICT), outcome.person_id, tuple(sorted(gone.items()))))
    assert len(ends) == 1


@given(found_maps)
def test_handles_and_role_mailboxes_never_change_the_outcome(found):
    without = {one: ids for one, ids in found.items() if one not in (HANDLE, ROLE)}
    assert resolve(IDENTIFIERS, found=found) == resolve(IDENTIFIERS, found=without)


@pytest.mark.parametrize("action", list(Action))
def test_actions_are_words_for_the_audit_log(action):
    assert action.value.islower()
