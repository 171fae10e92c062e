"""A gateway that gave up on an answer tells nothing of what is behind it: such a row is read back, whatever stops it then."""

from dataclasses import replace

import pytest

from hub.contract import Outcome, OutcomeState
from hub.errors import AuthError, ThrottledError
from hub.pipeline.push import push
from hub.schema import Identifier, IdentifierKind
from hub.testing import Reply, Simulator, route
from hub.transport import Route, prepare_session
from tests.pipeline.test_propagation import withdraw

ORIGIN = "https://crm.example"
FIRST = "003000000000000AAA"


class Crm(Simulator):
    """Does what it is asked; ``behind`` says what its gateway answers instead, and may do something of its own."""

    def __init__(self):
        super().__init__()
        self.rows, self.behind = {}, iter(())

    @route("PUT", "/contacts/{key}")
    def put(self, request, key):
        instead = next(self.behind, None)
        status = instead() if callable(instead) else instead
        if status not in {401, 429}:
            self.rows[key] = {**self.rows.get(key, {}), **request.json()}
        return Reply(status, {}, {"Retry-After": "3600"} if status == 429 else {}) if status else Reply(200, {})


class Client:
    """Writes row by row, believes that a gateway lets nothing through, and reads back; ``unsure`` ends its first row."""

    unsure = None

    def __init__(self, crm, session):
        self.crm, self.session = crm, session

    def write(self, object, records):
        for record in records:
            unsure, self.unsure = self.unsure, None
            answer = self.session.put(f"{ORIGIN}/contacts/{record.key}", json=dict(record.fields))
            if answer.status_code == 429:
                raise ThrottledError("crm: too many requests.")
            if answer.status_code == 401:
                raise AuthError("crm: the credentials were refused.")
            if answer.status_code >= 500:
                yield Outcome(record.idempotency_key, OutcomeState.FAILED, retryable=True, reason="not_sent")
            elif unsure is not None:
                unsure()
                yield Outcome(record.idempotency_key, OutcomeState.UNKNOWN)
            else:
                yield Outcome(record.idempotency_key, OutcomeState.CONFIRMED)

    def reconcile(self, object, records):
        for record in records:
            held = self.crm.rows.get(record.key, {})
            same = all(held.get(name) == value for name, value in record.fields.items())
            state = OutcomeState.CONFIRMED if same else OutcomeState.FAILED
            yield Outcome(record.idempotency_key, state, retryable=not same, reason=None if same else "not_there")


@pytest.fixture
def crm():
    with Crm() as running:
        yield running


@pytest.fixture
def connected(crm):
    prepared = prepare_session(Route(ORIGIN, crm.url), pause=crm.clock.sleep)

    def connected(job):
        return replace(job, destination=Client(crm, prepared.session), checkpoint=prepared.checkpoint)

    yield connected
    prepared.session.close()


def owed(hub):
    with hub.store.read() as tx:
        return [one.what for one in tx.obligations.list()]


def test_what_a_gateway_may_have_let_through_is_not_called_withheld(either_town, crm, connected):
    town = either_town
    with town.open() as hub, town.open() as other:
        ann, _ = town.people(hub, 2)
        job = connected(town.job(hub, None))

        def give_up_while_she_withdraws():
            withdraw(town, other, ann)
            return 504

        crm.behind = iter([give_up_while_she_withdraws])
        report = push(hub.rooms, job)
        push(hub.rooms, job)
        assert (crm.rows[FIRST]["Emotion__c"], owed(hub)) == (None, [])
        assert (report.counts["withheld"], report.counts["confirmed"], report.counts["failed"]) == (0, 1, 1)
        assert crm.rows["003000000000001AAA"]["Emotion__c"] == "anger", "who comes behind her is not forgotten"


@pytest.mark.parametrize("refused", [429, 401])
def test_nor_called_unsent_when_the_next_attempt_is_refused(town, crm, connected, refused):
    with town.open() as hub:
        ann, bob = town.people(hub, 2)
        job = connected(town.job(hub, None))
        crm.behind = iter([504, refused])
        report = push(hub.rooms, job)
        withdraw(town, hub, ann, bob)
        push(hub.rooms, job)
        push(hub.rooms, job)
        assert (crm.rows[FIRST]["Emotion__c"], owed(hub)) == (None, [])
        assert isinstance(report.error, ThrottledError | AuthError)
        assert (report.counts["unknown"], report.counts["pending"]) == (1, 1), "the other one was never tried"


def test_a_refused_attempt_has_done_nothing(town, crm, connected):
    with town.open() as hub:
        town.people(hub, 2)
        job = connected(town.job(hub, None))
        crm.behind = iter([401])
        assert push(hub.rooms, job).counts["pending"] == 2
        assert push(hub.rooms, job).counts["confirmed"] == 2


def test_a_withdrawal_before_the_first_attempt_leaves_nothing_in_doubt(town, crm, connected):
    with town.open() as hub, town.open() as other:
        _, bob = town.people(hub, 2)
        job = connected(town.job(hub, None))

        def well():
            withdraw(town, other, bob)

        crm.behind = iter([well])
        report = push(hub.rooms, job)
        assert (report.counts["confirmed"], report.counts["withheld"]) == (1, 1) and list(crm.rows) == [FIRST]
        push(hub.rooms, job)
        assert (list(crm.rows), owed(hub)) == ([FIRST], [])


def test_a_row_of_which_nobody_knows_is_no_other_for_somebodys_next_one_being_stopped(town, crm, connected):
    with town.open() as hub, town.open() as other:
        (ann,) = town.people(hub, 1)
        second = Identifier(
            kind=IdentifierKind.VENDOR_ID, issuer="salesforce", value="003000000000009AAA", verified=True
        )
        with hub.store.begin() as tx:
            tx.persons.attach(ann, [second])
            tx.persons.touch([ann])
        job = connected(town.job(hub, None))
        job.destination.unsure = lambda: withdraw(town, other, ann)
        assert push(hub.rooms, job).counts["withheld"] == 1
        push(hub.rooms, job)
        assert (crm.rows, owed(hub)) == ({FIRST: dict.fromkeys(crm.rows[FIRST])}, [])


def test_what_was_not_reached_at_last_may_have_been_reached_before(town, crm, connected):
    with town.open() as hub:
        (ann,) = town.people(hub, 1)
        job = connected(town.job(hub, None))
        crm.behind = iter([504, 504, 504, 504])
        assert push(hub.rooms, job).counts["confirmed"] == 1, "it was read back"
        withdraw(town, hub, ann)
        push(hub.rooms, job)
        assert (crm.rows[FIRST]["Emotion__c"], owed(hub)) == (None, [])
