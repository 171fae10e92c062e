import pytest

from hub.contract import AuthError, ErasureState, IdentifierKind, SubjectIdentifier, TransientError
from hub.testing import Fault, Reply


def by(kind, value, issuer=""):
    return [SubjectIdentifier(IdentifierKind(kind), value, issuer)]


def member(simulator):
    return simulator.cast.members[1]


@pytest.mark.parametrize("identifier", ["customer_id", "email", "EMAIL", "vendor_id", "loyalty_id"])
def test_every_identifier_finds_and_erases_the_person_with_card_and_ledger(simulator, connection, identifier):
    person, card = member(simulator), simulator.cards["ATTUNE-000002"]
    subject = {
        "customer_id": by("customer_id", person.customer_id),
        "email": by("email", person.email),
        "EMAIL": by("email", person.email.upper()),
        "vendor_id": by("vendor_id", card["holder_id"], "voucherify"),
        "loyalty_id": by("loyalty_id", card["code"], "voucherify"),
    }[identifier]
    outcomes = {o.object: o.state for o in connection.erase(subject)}
    assert outcomes == {"customers": ErasureState.ERASED, "members": ErasureState.ERASED}
    assert simulator.customer(person.customer_id) is None
    assert "ATTUNE-000002" not in simulator.cards
    assert not any(entry["voucher_id"] == card["id"] for entry in simulator.ledger.entries)
    assert {o.state for o in connection.verify_erased(subject)} == {ErasureState.ABSENT}
    assert len(simulator.customers) == 23


def test_a_person_who_is_not_there_is_absent(connection):
    assert {o.state for o in connection.erase(by("customer_id", "C-999999"))} == {ErasureState.ABSENT}


def test_a_profile_that_is_still_found_is_not_called_erased(simulator, connection):
    done = Reply(200, {"id": "del_1", "status": "IN_PROGRESS"})
    simulator.faults.add(Fault("POST */permanent-deletion", "reply", done))
    first = next(iter(connection.erase(by("customer_id", "C-000002"))))
    assert (first.object, first.state) == ("customers", ErasureState.PENDING)
    assert ErasureState.FAILED in {o.state for o in connection.verify_erased(by("customer_id", "C-000002"))}


def test_a_card_that_outlives_its_holder_is_told(simulator, connection):
    card = dict(simulator.cards["ATTUNE-000002"])
    outcomes = connection.erase(by("customer_id", "C-000002"))
    original = simulator.forget_customer

    def forget_but_keep_the_card(request, key):
        reply = original(request, key)
        simulator.cards["ATTUNE-000002"] = card
        return reply

    simulator._routes = [(m, p, forget_but_keep_the_card if h == original else h) for m, p, h in simulator._routes]
    told = {o.object: o for o in outcomes}
    assert told["customers"].state is ErasureState.ERASED
    assert told["members"].state is ErasureState.FAILED


def test_a_refusal_names_the_vendors_key(simulator, connection):
    refusal = Reply(423, {"code": 423, "key": "locked"})
    simulator.faults.add(Fault("POST */permanent-deletion", "reply", refusal))
    first = next(iter(connection.erase(by("customer_id", "C-000002"))))
    assert (first.state, first.reason) == (ErasureState.FAILED, "locked")


def test_a_lost_answer_is_an_error_and_erasing_again_completes(simulator, connection):
    simulator.faults.add(Fault("POST */permanent-deletion", "commit_then_reset"))
    subject = by("customer_id", "C-000002")
    with pytest.raises(TransientError):
        list(connection.erase(subject))
    assert {o.state for o in connection.erase(subject)} == {ErasureState.ABSENT}


def test_a_phone_number_alone_is_an_open_obligation(connection):
    (outcome,) = connection.erase(by("phone", "+34 910 55 51 01"))
    assert outcome.state is ErasureState.UNSUPPORTED


def test_another_vendors_id_is_not_looked_up(simulator, connection):
    (outcome,) = connection.verify_erased(by("vendor_id", "7000000000001", "zendesk"))
    assert outcome.state is ErasureState.UNSUPPORTED
    assert simulator.calls == []


def test_wrong_credentials_never_look_like_absence(open_with):
    with pytest.raises(AuthError):
        list(open_with(app_token="wrong").verify_erased(by("customer_id", "C-000002")))


@pytest.mark.parametrize(
    "said",
    [
        Reply(204),
        Reply(200, {}),
        Reply(200, {"customers": None, "vouchers": None}),
        Reply(200, {"customers": "", "vouchers": [1]}),
    ],
)
@pytest.mark.parametrize(
    "path", ["GET /v1/customers", "GET /v1/customers/*", "GET */members", "GET */loyalties/members/*"]
)
def test_an_answer_that_says_nothing_does_not_say_that_nobody_is_there(simulator, connection, said, path):
    person = member(simulator)
    subject = (
        by("customer_id", person.customer_id)
        + by("email", person.email)
        + by("loyalty_id", "ATTUNE-000002", "voucherify")
    )
    simulator.faults.add(Fault(path, "reply", said, times=-1))
    try:
        told = {outcome.state for outcome in connection.verify_erased(subject)}
    except TransientError:
        return
    assert told & {ErasureState.PENDING, ErasureState.FAILED}, "who is there was not seen"


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("GET /v1/customers/*", by("customer_id", "C-000002")),
        ("GET /v1/customers", by("email", "maria.garcia@example.com")),
        ("GET */members", by("customer_id", "C-000002")),
        ("GET */loyalties/members/*", by("loyalty_id", "ATTUNE-000002", "voucherify")),
    ],
)
def test_nobody_is_erased_by_an_answer_about_somebody_else(simulator, connection, path, subject):
    other = simulator.customer("C-000003")
    card = next(card for card in simulator.cards.values() if card["holder_id"] == other["id"])
    answer = {
        "GET /v1/customers": {"customers": [*simulator.customers.values()]},  # the filter was not heeded
        "GET /v1/customers/*": other,
        "GET */members": {"vouchers": [card]},
        "GET */loyalties/members/*": card,
    }[path]
    simulator.faults.add(Fault(path, reply=Reply(200, answer), times=-1))
    for act in (connection.erase, connection.verify_erased):
        with pytest.raises(TransientError, match="something else"):
            list(act(subject))
    assert len(simulator.customers) == 24 and not any(call.method == "POST" for call in simulator.calls)


def test_a_404_that_is_not_the_vendors_own_proves_no_erasure(simulator, connection):
    simulator.faults.add(Fault.html("GET *", status=404, times=-1))
    with pytest.raises(TransientError):
        list(connection.verify_erased(by("customer_id", "C-000002")))
