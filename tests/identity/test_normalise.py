"""Normal forms: equal identifiers become equal text, and what is no identifier becomes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity import is_matchable, needs_link_permission, normalise, vouch
from hub.schema import Identifier, IdentifierKind

EMAIL, PHONE, HANDLE = IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.HANDLE
VENDOR, CUSTOMER = IdentifierKind.VENDOR_ID, IdentifierKind.CUSTOMER_ID


def of(kind: IdentifierKind, value: str, issuer: str = "") -> Identifier:
    return Identifier(kind=kind, value=value, issuer=issuer)


def normal(kind: IdentifierKind, value: str, *, country: str | None = None, issuer: str = "") -> str | None:
    found = normalise(of(kind, value, issuer), country=country)
    return found.value if found else None


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("  Maria.Garcia@Example.COM ", "maria.garcia@example.com"),
        ("maria+shop@example.com", "maria+shop@example.com"),
        ("mailto:maria@example.com", "maria@example.com"),
        ("maria@bücher.example", "maria@xn--bcher-kva.example"),
        ("ｍaria@example.com", "maria@example.com"),
        ("maria", None),
        ("maria@", None),
        ("a@b@example.com", None),
        ("maria@localhost", None),
        ("maria garcia@example.com", None),
    ],
)
def test_email(given_value, expected):
    assert normal(EMAIL, given_value) == expected


@pytest.mark.parametrize(
    ("given_value", "country", "expected"),
    [
        ("+34 910 55 51 01", None, "+34910555101"),
        ("910 55 51 01", "ES", "+34910555101"),
        ("(202) 555-0143", "us", "+12025550143"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 7700 900211 ext. 5", None, "+447700900211"),
        ("910 55 51 01", None, None),
        ("12", "ES", None),
        ("not a number", "ES", None),
    ],
)
def test_phone(given_value, country, expected):
    assert normal(PHONE, given_value, country=country) == expected


def test_handles_lose_their_at_and_case_and_ids_stay_exact():
    assert normal(HANDLE, "@Maria_G", issuer="x") == "maria_g"
    assert normal(VENDOR, "003AbC", issuer="salesforce") == "003AbC"
    assert normal(CUSTOMER, "C-000001") == "C-000001"
    assert normal(VENDOR, "   ", issuer="x") is None


def test_emails_and_phones_lose_their_issuer_and_ids_keep_it():
    found = normalise(of(EMAIL, "a@example.com", "zendesk"), country=None)
    assert found is not None
    assert found.issuer == ""
    kept = normalise(of(VENDOR, "7", "zendesk"), country=None)
    assert kept is not None
    assert kept.issuer == "zendesk"


@given(st.sampled_from(list(IdentifierKind)), st.text(min_size=1, max_size=40), st.sampled_from([None, "ES", "US"]))
def test_normal_forms_are_stable(kind, value, country):
    once = normalise(of(kind, value, "x"), country=country)
    if once is not None:
        assert normalise(once, country=country) == once


@pytest.mark.parametrize("local", ["support", "info", "noreply", "no-reply", "sales+eu", "support2", "billing"])
def test_role_mailboxes_match_nobody(local):
    assert not is_matchable(of(EMAIL, f"{local}@example.com"))


def test_what_may_match():
    assert is_matchable(of(EMAIL, "maria@example.com"))
    assert is_matchable(of(EMAIL, "informatica@example.com"))
    assert is_matchable(of(PHONE, "+34910555101"))
    assert is_matchable(of(VENDOR, "7", "zendesk"))
    assert is_matchable(of(CUSTOMER, "C-000001"))


def test_what_may_never_match():
    assert not is_matchable(of(HANDLE, "maria", "x"))
    assert not is_matchable(of(VENDOR, "7"))
    assert not is_matchable(of(EMAIL, "maria@example.invalid"))
    assert not is_matchable(of(PHONE, "+34999999999"))


def test_ids_of_x_need_permission_unless_x_reports_them():
    ours = of(VENDOR, "9000000000000000001", "x")
    assert needs_link_permission(ours, connector="salesforce") == "IdentityLink.X"
    assert needs_link_permission(of(HANDLE, "maria", "x"), connector="salesforce") == "IdentityLink.X"
    assert needs_link_permission(ours, connector="x") is None
    assert needs_link_permission(of(VENDOR, "7", "zendesk"), connector="salesforce") is None
    assert needs_link_permission(of(EMAIL, "a@example.com"), connector="salesforce") is None
    assert (
        needs_link_permission(of(VENDOR, "7", "y"), connector="z", purposes={"y": "IdentityLink.Y"}) == "IdentityLink.Y"
    )


def test_a_system_vouches_for_its_own_ids_only():
    mine, other, mail = vouch(
        [of(VENDOR, "7", "zendesk"), of(VENDOR, "9", "x"), of(EMAIL, "a@example.com")], connector="zendesk"
    )
    assert [mine.verified, other.verified, mail.verified] == [True, False, False]
