"""Deletes a customer for good, then looks again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from hub.contract import (
    ErasureOutcome,
    ErasureState,
    IdentifierKind,
    SubjectIdentifier,
    TransientError,
    UnknownOutcomeError,
)
from hub_voucherify.by_hand import NO_KEY
from hub_voucherify.client import Answer, VoucherifyClient, listed, named, segment, somebody_else

_CARD_LEFT = "delete the loyalty card in the vendor's console"


class VoucherifyEraser:
    """An eraser that finds the person by customer number, vendor id, loyalty card and e-mail address.

    Args:
        client: how to call the vendor.
    """

    def __init__(self, client: VoucherifyClient) -> None:
        self._client = client

    def erase(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This deletes every profile of the person with what hangs on it, and tells about profiles and cards."""
        customers = self._customers(subject)
        if customers is None:
            yield ErasureOutcome("customers", ErasureState.UNSUPPORTED, NO_KEY)
            return
        cards = self._cards(subject, customers)
        keys = {*customers, *(str(card["holder_id"]) for card in cards.values() if card.get("holder_id"))}
        answers = [self._delete(key) for key in sorted(keys)]
        left = bool(self._customers(subject)) or any(self._client.find(f"/v1/customers/{segment(k)}") for k in keys)
        yield _verdict("customers", answers, left)
        if any(self._card(code) for code in cards):
            yield ErasureOutcome("members", ErasureState.FAILED, _CARD_LEFT)
        else:
            yield ErasureOutcome("members", ErasureState.ERASED if cards else ErasureState.ABSENT)

    def verify_erased(self, subject: Sequence[SubjectIdentifier]) -> Iterator[ErasureOutcome]:
        """This looks for profiles and cards by every identifier."""
        customers = self._customers(subject)
        if customers is None:
            yield ErasureOutcome("customers", ErasureState.UNSUPPORTED, NO_KEY)
            return
        yield _found("customers", bool(customers), "still_found")
        yield _found("members", bool(self._cards(subject, customers)), _CARD_LEFT)

    def _delete(self, key: str) -> Answer:
        try:
            return self._client.write("POST", f"/v1/customers/{segment(key)}/permanent-deletion")
        except UnknownOutcomeError as error:
            # Deleting twice does no harm, so an unknown end is simply an attempt to repeat.
            raise TransientError(error.message, fix=error.fix) from None

    def _customers(self, subject: Sequence[SubjectIdentifier]) -> dict[str, Mapping[str, Any]] | None:
        """Profiles by vendor id; None where no identifier can be searched for."""
        found: dict[str, Mapping[str, Any]] = {}
        searched = False
        for identifier in subject:
            if _is_key(identifier):
                searched = True
                customer = self._client.customer(identifier.value)
                found |= {str(customer["id"]): customer} if customer else {}
            elif identifier.kind is IdentifierKind.EMAIL:
                searched = True
                found |= self._by_email(identifier.value)
            elif _is_card(identifier):
                searched = True
        return found if searched else None

    def _by_email(self, email: str) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for spelling in {email, email.lower()}:
            body = self._client.read("/v1/customers", {"email": spelling, "limit": 100})
            rows = [row for row in listed(body, "customers") if named(row, "id")]
            if any(str(row.get("email")).casefold() != email.casefold() for row in rows):
                raise somebody_else()  # a filter that is not heeded would have everybody erased
            found |= {str(row["id"]): row for row in rows}
        return found

    def _cards(self, subject: Sequence[SubjectIdentifier], customers: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Cards by code: those named by the person's identifiers, and those that the profiles found hold."""
        found: dict[str, Mapping[str, Any]] = {}
        for key in {*customers, *(identifier.value for identifier in subject if _is_key(identifier))}:
            found |= self._cards_of(key, {key, *customers})
        for identifier in subject:
            card = self._card(identifier.value) if _is_card(identifier) else None
            found |= {str(card["code"]): card} if card else {}
        return found

    def _cards_of(self, customer: str, holders: Collection[str]) -> dict[str, Mapping[str, Any]]:
        body = self._client.find(f"{self._client.campaign}/members", {"customer": customer, "limit": 100})
        cards = [card for card in listed(body, "vouchers") if card.get("code")]
        if any(card.get("holder_id") not in holders for card in cards):
            raise somebody_else()  # their holders are erased
        return {str(card["code"]): card for card in cards}

    def _card(self, code: str) -> Mapping[str, Any] | None:
        card = named(self._client.find(f"/v1/loyalties/members/{segment(code)}"), "code")
        if card is not None and str(card["code"]).casefold() != code.casefold():
            raise somebody_else()
        return card


def _is_key(identifier: SubjectIdentifier) -> bool:
    if identifier.value.strip() in {"", ".", ".."}:
        return False
    own = identifier.kind is IdentifierKind.VENDOR_ID and identifier.issuer == "voucherify"
    return own or identifier.kind is IdentifierKind.CUSTOMER_ID


def _is_card(identifier: SubjectIdentifier) -> bool:
    return identifier.kind is IdentifierKind.LOYALTY_ID and identifier.issuer in {"", "voucherify"}


def _verdict(name: str, answers: Sequence[Answer], is_left: bool) -> ErasureOutcome:
    refusal = next((answer.reason for answer in answers if not answer.ok and answer.status != 404), None)
    if refusal:
        return ErasureOutcome(name, ErasureState.FAILED, refusal)
    if is_left:
        return ErasureOutcome(name, ErasureState.PENDING, "still_found")
    return ErasureOutcome(name, ErasureState.ERASED if any(a.ok for a in answers) else ErasureState.ABSENT)


def _found(name: str, is_there: bool, reason: str) -> ErasureOutcome:
    return ErasureOutcome(name, ErasureState.FAILED, reason) if is_there else ErasureOutcome(name, ErasureState.ABSENT)
