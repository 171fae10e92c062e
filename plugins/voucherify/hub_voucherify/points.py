"""Adds or takes points, exactly once per idempotency key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.contract import Outcome, TransientError, UnknownOutcomeError, WriteRecord
from hub_voucherify.client import Answer, VoucherifyClient, listed, segment, somebody_else
from hub_voucherify.outcomes import confirmed, failed, is_done, refused, unknown

FIELDS = ("points", "reason")
"""Fields of an adjustment: whole points, not zero; and a short code of why."""

_PAGE = 100
MOST_PAGES = 1_000
"""Pages of one member's ledger: a hundred thousand bookings of one person are none."""


class PointsWriter:
    """A writer of balance adjustments.

    The vendor takes no idempotency key here, but keeps a ``source_id`` with each entry of the member's ledger. So the key
    goes there, and the ledger is searched for it before anything is sent. The vendor books asynchronously: after an
    attempt with an unknown end the ledger is believed only when ``settle_seconds`` have passed.

    Args:
        client: how to call the vendor.
    """

    def __init__(self, client: VoucherifyClient) -> None:
        self._client = client
        self._booked: dict[str, Outcome] = {}
        self._doubtful: dict[str, datetime] = {}

    def prepare(self, records: Sequence[WriteRecord]) -> Iterator[Outcome] | None:
        """Adjustments always go one by one."""
        return None

    def write(self, record: WriteRecord) -> Outcome:
        """This books one adjustment, unless the ledger already holds it."""
        reason = _fault_of(record)
        if reason:
            return failed(record, reason)
        if record.idempotency_key in self._booked:
            return self._booked[record.idempotency_key]
        self._wait_out_doubt(record)
        try:
            card = self._card_of(record)
            if isinstance(card, Outcome):
                return card
            outcome = self._found(record, card) or self._book(record, card)
        except TransientError:
            return failed(record, "not_sent", retryable=True)
        return self._remember(record, outcome)

    def reconcile(self, records: Sequence[WriteRecord]) -> Iterator[Outcome]:
        """This searches the ledger; an entry that is not there is looked for once more when the ledger has settled."""
        missing = []
        for record in records:
            outcome = self._look(record)
            if outcome is None:
                missing.append(record)
            else:
                yield self._remember(record, outcome)
        if missing:
            self._client.context.sleep(self._client.config.settle_seconds)
        for record in missing:
            self._doubtful.pop(record.idempotency_key, None)
            yield self._look(record) or failed(record, "not_in_ledger", retryable=True)

    def _look(self, record: WriteRecord) -> Outcome | None:
        reason = _fault_of(record)
        if reason:
            return failed(record, reason)
        card = self._card_of(record)
        return card if isinstance(card, Outcome) else self._found(record, card)

    def _card_of(self, record: WriteRecord) -> Mapping[str, Any] | Outcome:
        customer = self._client.customer(record.key)
        if customer is None:
            return failed(record, "not_a_member")
        body = self._client.find(f"{self._client.campaign}/members", {"customer": customer["id"], "limit": 2})
        if body is None:
            # 404 for the customer or for the program? A missing program must not fail everybody's points for good.
            self._client.read(self._client.campaign)
            return failed(record, "not_a_member")
        cards = [card for card in listed(body, "vouchers") if card.get("code")]
        if any(card.get("holder_id") != customer["id"] for card in cards):
            raise somebody_else()
        if len(cards) == 1:
            return dict(cards[0])
        return failed(record, "several_members" if cards else "not_a_member")

    def _found(self, record: WriteRecord, card: Mapping[str, Any]) -> Outcome | None:
        path, seen = f"{self._member(card)}/transactions", [""]
        while len(seen) <= MOST_PAGES:
            after = {"starting_after_id": seen[-1]} if seen[-1] else {}
            body = self._client.find(path, {"limit": _PAGE, "order": "-id"} | after)
            if body is None:  # of a card that is there: not a word on what is booked on it
                raise TransientError("Voucherify does not show the ledger of a card that it has.")
            rows = listed(body, "data")
            if any(row.get("voucher_id") != card.get("id") for row in rows):
                raise somebody_else()  # in another card's ledger the booking would not be found, and made twice
            if any(row.get("source_id") == record.idempotency_key for row in rows):
                return confirmed(record, card.get("id"))
            more = body.get("has_more")
            if not (more if isinstance(more, bool) else len(rows) >= _PAGE):
                return None
            last = rows[-1].get("id") if rows else None
            if not isinstance(last, str) or last in seen:
                raise TransientError("Voucherify's ledger does not go on.")
            seen.append(last)
        raise TransientError("Voucherify's ledger does not end.")

    def _book(self, record: WriteRecord, card: Mapping[str, Any]) -> Outcome:
        entry = {"points": record.fields["points"], "source_id": record.idempotency_key}
        if record.fields.get("reason"):
            entry["reason"] = record.fields["reason"]
        try:
            answer = self._client.write("POST", f"{self._member(card)}/balance", entry)
        except UnknownOutcomeError:
            return unknown(record)
        if not answer.ok:
            return refused(record, answer)
        # A good status without the new balance of this very card says nothing of what was done.
        return confirmed(record, card.get("id")) if _is_booked(answer, record, card) else unknown(record)

    def _member(self, card: Mapping[str, Any]) -> str:
        return f"{self._client.campaign}/members/{segment(str(card['code']))}"

    def _remember(self, record: WriteRecord, outcome: Outcome) -> Outcome:
        if outcome.state == "confirmed":
            self._booked[record.idempotency_key] = outcome
        elif outcome.state == "unknown":
            self._doubtful[record.idempotency_key] = self._client.context.now()
        return outcome

    def _wait_out_doubt(self, record: WriteRecord) -> None:
        sent = self._doubtful.pop(record.idempotency_key, None)
        if sent is None:
            return
        settled = sent + timedelta(seconds=self._client.config.settle_seconds)
        self._client.context.sleep(max(0.0, (settled - self._client.context.now()).total_seconds()))


def _is_booked(answer: Answer, record: WriteRecord, card: Mapping[str, Any]) -> bool:
    body = answer.body
    related = body.get("related_object")
    about = related.get("id") if isinstance(related, dict) else None
    same = about == card.get("id") and body.get("points") == record.fields["points"]
    return is_done(answer) and "balance" in body and same


def _fault_of(record: WriteRecord) -> str | None:
    points = record.fields.get("points")
    if set(record.fields) - set(FIELDS):
        return "unknown_field"
    if isinstance(points, bool) or not isinstance(points, int) or points == 0:
        return "invalid_points"
    return "invalid_key" if not record.key.strip() else None
