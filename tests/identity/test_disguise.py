"""Other spellings of an identifier lead back to it, and other people's identifiers do not."""

import pytest

from hub.identity.disguise import disguises, national
from hub.identity.normal_form import normalise
from hub.schema import Identifier


def forms(kind, value, country=None, issuer=""):
    """What the list is asked for."""
    told = Identifier(kind=kind, value=value, issuer=issuer)
    known = normalise(told, country=country)
    return {(one.value, one.issuer) for one in ([known] if known else []) + list(disguises(told, country=country))}


@pytest.mark.parametrize(
    "value",
    [
        "maria.garcia@example.com", "ma\u200bria.garcia@example.com", "\ufeffMaria.Garcia@example.com",
        "ma\u00adria.garcia@example.com",
        "\u202emaria.garcia@example.com", "maria\u2060.garcia@example.com", "ma\u034fria.garcia@example.com",
        '"maria.garcia"@example.com', "Maria García <maria.garcia@example.com>", "<maria.garcia@example.com>",
        "maria.garcia+shop@example.com", "maria.garcia%40example.com", "mailto:maria.garcia@example.com?subject=x",
        "maria.garcia@example\u3002com", "maria.garcia＠example.com", "maria.garcia(home)@example.com",
        "x@y.de; maria.garcia@example.com", "maria.garcía@example.com", "Mari\u0301a.Garci\u0301a+shop@example.com",
    ],
)  # fmt: skip
def test_a_mailbox_in_disguise_is_that_mailbox(value):
    assert ("maria.garcia@example.com", "") in forms("email", value, issuer="zendesk")


@pytest.mark.parametrize("value", ["maria.garzia@example.com", "maria@example.com", "support+maria.garcia@example.com"])
def test_another_mailbox_is_not(value):
    assert ("maria.garcia@example.com", "") not in forms("email", value)
    assert ("support@example.com", "") not in forms("email", value), "a mailbox that many read"


@pytest.mark.parametrize(
    ("value", "country"),
    [
        ("0049 30 23125901", None), ("00493023125901", "US"), ("011 49 30 23125901", None), ("+49 30 23125901 (home)", None),
        ("030 23125901", None), ("030/231259-01", "AT"), ("493023125901", None), ("４９３０２３１２５９０１", None),
        ("+49 (0)30 23125901", None), ("\u202a+49 30 23125901\u202c ext. 5", None), ("Tel. 030 23125901", None),
        ("+49 3O 231259O1", None), ("OO49 30 23125901", None), ("Tel. O30 231259o1", None),
    ],
)  # fmt: skip
def test_a_number_in_disguise_is_that_number(value, country):
    number = Identifier(kind="phone", value="+493023125901")
    listed = {(number.value, ""), (national(number).value, "")}
    assert listed & forms("phone", value, country, issuer="zendesk")


def test_a_number_of_another_country_is_another_one():
    number = Identifier(kind="phone", value="+493023125901")
    assert not {("+493023125901", ""), (national(number).value, "")} & forms("phone", "+1 302 312 5901")


@pytest.mark.parametrize("value", ["112", "0000000000", "call me", ""])
def test_what_tells_too_little_is_nobodys(value):
    assert disguises(Identifier(kind="phone", value=value or "-")) == ()


def test_made_up_numbers_have_no_national_one():
    assert national(Identifier(kind="phone", value="+491111111111")) is None
    assert national(Identifier(kind="email", value="a@example.com")) is None


@pytest.mark.parametrize("kind", ["customer_id", "loyalty_id"])
@pytest.mark.parametrize(
    "value", ["C-000001", "c-000001", " C-000001\t", "C\u2011000001", "Ｃ-000001", "C-\u200b000001"]
)
def test_a_customer_number_in_disguise_is_that_number(kind, value):
    assert {("C-000001", "shop"), ("c-000001", "shop")} <= forms(kind, value, issuer="shop")


@pytest.mark.parametrize("value", ["C-OOOoO1", "c-00000I", "C\u2011o00001"])
def test_a_letter_that_looks_like_a_digit_is_that_digit(value):
    assert ("C-000001", "shop") in forms("customer_id", value, issuer="shop")


def test_letters_for_digits_are_nothing_where_there_is_no_digit():
    assert ("LOLA", "shop") not in forms("customer_id", "L0LA", issuer="shop")
    assert "1" not in "".join(value for value, _ in forms("customer_id", "Lola", issuer="shop"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", "Maria.Garcia@example.com"), ("phone", "+49 30 23125901"), ("vendor_id", "003aA"), ("handle", "@a")],
)
def test_the_usual_spellings_cost_nothing_more(kind, value):
    assert disguises(Identifier(kind=kind, value=value, issuer="x")) == ()
