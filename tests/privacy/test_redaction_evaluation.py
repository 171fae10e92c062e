"""The figures of redaction: what counts as a leak, as a needless change and as rightly named."""

import pytest

from hub.privacy.redaction.evaluation import Case, evaluate

TEXT = "I am Ada Lovelace, mail ada@example.com"
MARKED = ((5, 17, "PERSON"), (24, 39, "EMAIL_ADDRESS"))


def test_an_entity_leaks_when_one_letter_of_it_is_left():
    report = evaluate([Case(TEXT, MARKED, ((5, 16, "PERSON"), (24, 39, "EMAIL_ADDRESS")))])
    assert report.types["PERSON"].leak_rate == 1
    assert report.types["EMAIL_ADDRESS"].leak_rate == 0
    assert report.leak_rate == 0.5


def test_a_space_or_full_stop_that_is_left_is_no_leak():
    report = evaluate([Case(TEXT, MARKED, ((5, 8, "PERSON"), (9, 17, "PERSON"), (24, 39, "URL")))])
    assert report.leak_rate == 0


def test_a_wrong_name_leaks_nothing_but_costs_f2():
    report = evaluate([Case(TEXT, MARKED, ((5, 17, "LOCATION"), (24, 39, "EMAIL_ADDRESS")))])
    assert report.leak_rate == 0
    assert report.types["PERSON"].f2 == 0
    assert report.types["EMAIL_ADDRESS"].f2 == 1
    assert report.confusion["PERSON", "LOCATION"] == 1


def test_f2_weighs_what_is_missed_more_than_what_is_too_much():
    missed = evaluate([Case(TEXT, MARKED, MARKED), Case(TEXT, MARKED, MARKED[1:])]).types["PERSON"]
    extra = evaluate([Case(TEXT, MARKED, (*MARKED, (0, 1, "PERSON")))]).types["PERSON"]
    assert missed.f2 == pytest.approx(5 * 0.5 / 4.5)
    assert extra.f2 == pytest.approx(5 * 0.5 / 3)


@pytest.mark.parametrize(("marked", "found"), [("STREET_ADDRESS", "LOCATION"), ("NATIONAL_ID", "US_SSN")])
def test_types_of_one_family_count_as_the_same(marked, found):
    report = evaluate([Case(TEXT, ((5, 17, marked),), ((5, 17, found),))])
    assert report.types[marked].f2 == 1


def test_only_texts_with_nothing_marked_can_be_changed_needlessly():
    report = evaluate(
        [Case("fine", (), ()), Case("Fine.", (), ((0, 4, "PERSON"),)), Case(TEXT, MARKED, ((0, 1, "X"),))]
    )
    assert report.changed_rate == 0.5
    assert report.confusion["(nothing)", "PERSON"] == 1


def test_the_worst_come_first_and_the_faultless_not_at_all():
    good, leak = Case(TEXT, MARKED, MARKED), Case(TEXT, MARKED, ())
    excess = Case("Fine.", (), ((0, 4, "PERSON"),))
    assert evaluate([good, excess, leak]).worst(5) == [leak, excess]


def test_no_texts_give_no_rates_instead_of_a_division_by_zero():
    report = evaluate([])
    assert (report.leak_rate, report.changed_rate, report.worst(3)) == (0, 0, [])
