from collections.abc import Callable
from typing import Any

import pytest

from hub.contract import ErasureState, IdentifierKind, SubjectIdentifier, TransientError
from hub.testing import Fault, Reply
from hub_zendesk.redaction import BLOCK, is_redacted, mark_all
from hub_zendesk.simulated.seeding import AGENT
from hub_zendesk.simulator import ZendeskSimulator

MARIA, KWAME = 7_000_000_000_001, 7_000_000_000_002
BY_ID = [SubjectIdentifier(IdentifierKind.VENDOR_ID, str(MARIA), "zendesk")]
BY_EMAIL = [SubjectIdentifier(IdentifierKind.EMAIL, "Maria.Garcia@example.com")]


def states(outcomes: Any) -> dict[str, tuple[ErasureState, str | None]]:
    found = list(outcomes)
    assert len({outcome.object for outcome in found}) == len(found), "one outcome per kind of object"
    return {outcome.object: (outcome.state, outcome.reason) for outcome in found}


def everything(vendor: ZendeskSimulator) -> str:
    return repr((vendor.users, vendor.tickets, vendor.comments, vendor.ratings))


def test_the_person_is_gone_from_users_and_tickets_and_ratings(vendor: ZendeskSimulator, zendesk: Any) -> None:
    assert "Maria" in everything(vendor)
    erased = states(zendesk.erase(BY_ID))
    assert erased["tickets"] == erased["users"] == (ErasureState.ERASED, None)
    assert 35001 not in vendor.tickets
    assert "aria.garcia@example.com" not in everything(vendor)
    assert "Maria Garcia" not in everything(vendor)
    assert 35002 in vendor.tickets, "nobody else is touched"
    assert vendor.users[KWAME]["active"]
    assert {state for state, _ in states(zendesk.verify_erased(BY_ID)).values()} == {ErasureState.ABSENT}


def test_the_person_is_found_by_email_in_any_case(vendor: ZendeskSimulator, zendesk: Any) -> None:
    assert states(zendesk.erase(BY_EMAIL))["users"] == (ErasureState.ERASED, None)
    assert vendor.users[MARIA]["email"] is None


def test_the_person_is_found_by_a_second_email(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.more_emails[MARIA] = ["maria.old@example.net"]
    subject = [SubjectIdentifier(IdentifierKind.EMAIL, "maria.old@example.net")]
    assert states(zendesk.erase(subject))["users"] == (ErasureState.ERASED, None)


@pytest.mark.parametrize("seconds", [120, 3_000])
def test_a_user_that_the_search_does_not_know_yet_is_found(
    vendor: ZendeskSimulator, zendesk: Any, seconds: float
) -> None:
    vendor.index_seconds = 3_600
    vendor.touch_user(MARIA)
    vendor.clock.advance(seconds)
    assert states(zendesk.verify_erased(BY_EMAIL))["users"] == (ErasureState.FAILED, "still_there")
    assert states(zendesk.erase(BY_EMAIL))["users"] == (ErasureState.ERASED, None)
    assert vendor.users[MARIA]["email"] is None
    assert {state for state, _ in states(zendesk.verify_erased(BY_EMAIL)).values()} == {ErasureState.ABSENT}


@pytest.mark.parametrize(
    "said",
    [
        Reply(200, {}), Reply(200, {"users": None}), Reply(200, {"users": [7]}), Reply(204), Reply(500),
        Reply(200, {"user": {"id": KWAME, "role": "end-user", "active": True}}),
        Reply(200, {"users": [None], "end_of_stream": True, "after_cursor": "x"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["GET */users/search*", "GET */incremental/users/*", "GET */users/700*"])
def test_an_answer_that_says_nothing_does_not_say_that_nobody_is_there(
    vendor: ZendeskSimulator, zendesk: Any, path: str, said: Reply
) -> None:
    vendor.faults.add(Fault(path, reply=said, times=-1))
    for act in (zendesk.erase, zendesk.verify_erased):
        with pytest.raises(TransientError):
            list(act([*BY_ID, *BY_EMAIL]))
    assert not [call for call in vendor.calls if call.method != "GET"]


def test_the_person_is_found_behind_a_page_of_others(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault.changed("GET */users/search*", change=lambda body: {"users": [], "next_page": "2"}))
    assert states(zendesk.erase(BY_EMAIL))["users"] == (ErasureState.ERASED, None)


def test_a_fuzzy_search_does_not_erase_the_neighbour(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.users[KWAME]["email"] = "xmaria.garcia@example.com"
    states(zendesk.erase(BY_EMAIL))
    assert vendor.users[KWAME]["active"]


def test_other_issuers_ids_and_phones_erase_nobody(vendor: ZendeskSimulator, zendesk: Any) -> None:
    subject = [
        SubjectIdentifier(IdentifierKind.VENDOR_ID, str(MARIA), "x"),
        SubjectIdentifier(IdentifierKind.PHONE, vendor.users[MARIA]["phone"]),
    ]
    assert states(zendesk.erase(subject))["users"] == (ErasureState.ABSENT, None)
    assert vendor.users[MARIA]["active"]


def test_agents_are_never_erased(vendor: ZendeskSimulator, zendesk: Any) -> None:
    subject = [*BY_ID, SubjectIdentifier(IdentifierKind.VENDOR_ID, str(AGENT), "zendesk")]
    assert states(zendesk.erase(subject)) == {"users": (ErasureState.FAILED, "not_end_user")}
    assert vendor.users[AGENT]["active"]
    assert vendor.users[MARIA]["active"]
    assert not [call for call in vendor.calls if call.method != "GET"]


def test_nobody_is_absent(vendor: ZendeskSimulator, zendesk: Any) -> None:
    subject = [SubjectIdentifier(IdentifierKind.VENDOR_ID, "12345", "zendesk")]
    assert {state for state, _ in states(zendesk.erase(subject)).values()} == {ErasureState.ABSENT}
    assert {state for state, _ in states(zendesk.verify_erased(subject)).values()} == {ErasureState.ABSENT}


def test_before_erasure_the_person_is_there(vendor: ZendeskSimulator, zendesk: Any) -> None:
    found = states(zendesk.verify_erased(BY_EMAIL))
    assert found["tickets"] == (ErasureState.FAILED, "tickets_left")
    assert found["users"] == (ErasureState.FAILED, "still_there")


def test_zendesk_needs_time_to_delete_everywhere(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.compliance_seconds = 86_400
    assert states(zendesk.erase(BY_ID))["users"] == (ErasureState.PENDING, "compliance_deletion")
    assert sum(vendor.clock.slept) < 120
    assert states(zendesk.verify_erased(BY_ID))["users"] == (ErasureState.PENDING, "compliance_deletion")
    vendor.clock.advance(86_400)
    assert states(zendesk.verify_erased(BY_ID))["users"] == (ErasureState.ABSENT, None)
    assert states(zendesk.erase(BY_ID))["users"] == (ErasureState.ERASED, None), "erasing again is harmless"


def test_a_softly_deleted_user_is_deleted_for_good(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.delete_ticket(35001)
    vendor.touch_user(MARIA, active=False)
    assert states(zendesk.verify_erased(BY_ID))["users"] == (ErasureState.FAILED, "soft_deleted_only")
    assert states(zendesk.erase(BY_ID))["users"] == (ErasureState.ERASED, None)


def test_a_ticket_that_a_cut_off_erasure_deleted_softly_is_found_again(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("DELETE /api/v2/deleted_tickets/*", kind="reset"))
    with pytest.raises(TransientError):
        list(zendesk.erase(BY_ID))
    assert "Maria Garcia" in everything(vendor)
    # For a minute nobody can tell whose ticket it was that was deleted just now.
    assert states(zendesk.verify_erased(BY_ID))["tickets"] == (ErasureState.PENDING, "lately_deleted")
    assert states(zendesk.erase(BY_ID))["tickets"] == (ErasureState.PENDING, "lately_deleted")
    vendor.clock.advance(180)
    assert states(zendesk.verify_erased(BY_ID))["tickets"] == (ErasureState.FAILED, "tickets_left")
    assert states(zendesk.erase(BY_ID))["tickets"] == (ErasureState.ERASED, None)
    assert 35001 not in vendor.tickets
    assert states(zendesk.verify_erased(BY_ID))["tickets"] == (ErasureState.ABSENT, None)


def test_what_others_deleted_stays_in_the_bin(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.delete_ticket(35002)
    vendor.clock.advance(3_600)
    assert states(zendesk.erase(BY_ID))["tickets"] == (ErasureState.ERASED, None)
    assert vendor.tickets[35002]["status"] == "deleted"


def test_a_job_that_fails_for_one_ticket_is_told(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.row_failures = {35001: "TicketDeleteFailed"}
    assert states(zendesk.erase(BY_ID))["tickets"] == (ErasureState.FAILED, "permanent_deletion_failed")


def test_a_job_that_does_not_end_is_pending(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.job_polls, vendor.job_seconds = 10**6, 10**9
    assert states(zendesk.erase(BY_ID))["tickets"] == (ErasureState.PENDING, "job_running")


def test_a_refused_step_does_not_hide_the_others(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("DELETE /api/v2/tickets/*", reply=Reply(403, {"error": "Forbidden"})))
    erased = states(zendesk.erase(BY_ID))
    assert erased["tickets"] == (ErasureState.FAILED, "forbidden")
    assert set(erased) == {"tickets", "comments", "users"}


def test_an_empty_page_of_tickets_is_not_the_end(vendor: ZendeskSimulator, zendesk: Any) -> None:
    empty = {"tickets": [], "meta": {"has_more": True, "after_cursor": "eyJ2IjowfQ=="}, "links": {}}
    vendor.faults.add(Fault("GET */tickets/requested*", reply=Reply(200, empty)))
    assert states(zendesk.erase(BY_ID))["tickets"] == (ErasureState.ERASED, None)
    assert 35001 not in vendor.tickets


def test_an_outage_is_raised_and_the_second_attempt_completes(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault("DELETE /api/v2/deleted_users/*", reply=Reply(503, None)))
    with pytest.raises(TransientError):
        list(zendesk.erase(BY_ID))
    assert states(zendesk.erase(BY_ID))["users"] == (ErasureState.ERASED, None)


def test_words_in_other_peoples_tickets_are_redacted(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.tickets[35002]["email_cc_ids"] = [MARIA]
    said = vendor.add_comment(35002, MARIA, "Call me on +34 910 55 51 01 & hurry")
    other = vendor.add_comment(35002, AGENT, "We will")
    assert states(zendesk.verify_erased(BY_ID))["comments"] == (ErasureState.FAILED, "comments_left")
    assert states(zendesk.erase(BY_ID))["comments"] == (ErasureState.ERASED, None)
    assert is_redacted(said["plain_body"])
    assert other["plain_body"] == "We will"
    assert 35002 in vendor.tickets


def test_tickets_can_stay_with_all_that_the_person_said_redacted(
    vendor: ZendeskSimulator, opened: Callable[..., Any]
) -> None:
    zendesk = opened(erase_tickets=False)
    vendor.tickets[35001]["status"] = "solved"
    attachment = {"id": 77, "file_name": "passport.jpg", "size": 9}
    vendor.add_comment(35001, MARIA, "See the picture", attachments=[attachment])
    assert states(zendesk.verify_erased(BY_ID))["comments"] == (ErasureState.FAILED, "subject_left")
    erased = states(zendesk.erase(BY_ID))
    assert erased == {"comments": (ErasureState.ERASED, None), "users": (ErasureState.ERASED, None)}
    mine = [c for c in vendor.comments[35001] if c["author_id"] == MARIA]
    assert len(mine) == 3
    assert all(is_redacted(comment["plain_body"]) for comment in mine)
    assert attachment["file_name"] == "redacted.txt"
    assert any(c["plain_body"] for c in vendor.comments[35001] if c["author_id"] == AGENT)
    assert vendor.tickets[35001]["subject"] == "(erased)"
    assert states(zendesk.verify_erased(BY_ID)) == {
        "comments": (ErasureState.ABSENT, None), "users": (ErasureState.ABSENT, None),
    }  # fmt: skip


def test_the_subject_of_a_closed_ticket_needs_a_person(vendor: ZendeskSimulator, opened: Callable[..., Any]) -> None:
    vendor.tickets[35001]["status"] = "closed"
    erased = states(opened(erase_tickets=False).erase(BY_ID))
    assert erased["comments"] == (ErasureState.FAILED, "subject_of_closed_ticket")


def test_all_text_of_a_comment_is_marked() -> None:
    marked = mark_all('<div class="zd-comment">My <b>card</b> &amp; <a href="https://x.example">link</a></div>')
    assert marked == (
        '<div class="zd-comment"><redact>My </redact><b><redact>card</redact></b><redact> &amp; </redact>'
        '<a href="https://x.example" redact><redact>link</redact></a></div>'
    )


@pytest.mark.parametrize(
    ("text", "redacted"), [(BLOCK * 4, True), (f"{BLOCK} &nbsp; - {BLOCK}!", True), (None, True), ("a", False)]
)
def test_what_counts_as_redacted(text: str | None, redacted: bool) -> None:
    assert is_redacted(text) is redacted


def test_an_address_that_is_not_there_proves_no_erasure(vendor: ZendeskSimulator, zendesk: Any) -> None:
    vendor.faults.add(Fault.html("GET */users/*", status=404, times=-1))
    with pytest.raises(TransientError):
        states(zendesk.verify_erased(BY_ID))
