"""Users, tickets, comments and ratings as Zendesk sends them: full of nulls, and of keys that no document names."""

from datetime import UTC, datetime
from typing import Any

ORIGIN = "https://acme.zendesk.com"
"""Address of the simulated account, as it stands in links."""

Json = dict[str, Any]


def iso(at: datetime) -> str:
    """This writes an instant as Zendesk does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(user_id: int, name: str, email: str | None, at: datetime, **known: Any) -> Json:
    """This is a user; ``known`` replaces what is null by default."""
    return {
        "id": user_id, "url": f"{ORIGIN}/api/v2/users/{user_id}.json", "name": name, "email": email,
        "created_at": iso(at), "updated_at": iso(at), "time_zone": "Europe/Berlin", "iana_time_zone": "Europe/Berlin",
        "phone": None, "shared_phone_number": None, "photo": None, "locale_id": 1, "locale": "en-US",
        "organization_id": None, "role": "end-user", "verified": False, "external_id": None, "tags": [], "alias": None,
        "active": True, "shared": False, "shared_agent": False, "last_login_at": None, "two_factor_auth_enabled": None,
        "signature": None, "details": None, "notes": None, "role_type": None, "custom_role_id": None,
        "moderator": False, "ticket_restriction": "requested", "only_private_comments": False,
        "restricted_agent": True, "suspended": False, "default_group_id": None, "report_csv": False,
        "user_fields": dict.fromkeys(USER_FIELD_KEYS), **known,
    }  # fmt: skip


USER_FIELD_KEYS = (
    "consent_emotion", "consent_emotion_at", "consent_emotion_notice",
    "emotion_label", "distress", "churn_risk", "tone_hint", "emotion_as_of",
)  # fmt: skip
"""User fields that the account has; others that are sent vanish without a word, as they do at Zendesk."""

TICKET_FIELD_IDS = {
    "emotion_label": 9_100_000_000_001,
    "distress": 9_100_000_000_002,
    "valence_shift": 9_100_000_000_003,
    "emotion_as_of": 9_100_000_000_004,
}
"""Custom ticket fields that the account has."""


def ticket(ticket_id: int, requester_id: int, subject: str, at: datetime, **known: Any) -> Json:
    """This is a ticket; ``known`` replaces what is null by default."""
    fields = [{"id": field_id, "value": None} for field_id in TICKET_FIELD_IDS.values()]
    return {
        "url": f"{ORIGIN}/api/v2/tickets/{ticket_id}.json", "id": ticket_id, "external_id": None,
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}, "created_at": iso(at),
        "updated_at": iso(at), "type": None, "subject": subject, "raw_subject": subject, "description": "",
        "priority": None, "status": "open", "recipient": None, "requester_id": requester_id,
        "submitter_id": requester_id, "assignee_id": None, "organization_id": None, "group_id": None,
        "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [], "forum_topic_id": None, "problem_id": None,
        "has_incidents": False, "is_public": True, "due_at": None, "tags": [], "custom_fields": fields,
        "satisfaction_rating": None, "sharing_agreement_ids": [], "custom_status_id": 6_130_830_355_738,
        "fields": [dict(field) for field in fields], "followup_ids": [], "ticket_form_id": 6_130_830_344_474,
        "brand_id": 6_130_830_354_842, "allow_channelback": False, "allow_attachments": True,
        "from_messaging_channel": False, "generated_timestamp": int(at.timestamp()), **known,
    }  # fmt: skip


def comment(comment_id: int, author_id: int, text: str, at: datetime, **known: Any) -> Json:
    """This is a ticket comment; ``known`` replaces what is usual."""
    html = f'<div class="zd-comment" dir="auto"><p dir="auto">{text}</p></div>'
    return {
        "id": comment_id, "type": "Comment", "author_id": author_id, "body": text, "html_body": html,
        "plain_body": text, "public": True, "attachments": [], "audit_id": comment_id + 1,
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}, "created_at": iso(at),
        "metadata": {
            "system": {"client": "Mozilla/5.0", "ip_address": "203.0.113.9", "location": "Berlin, 16, Germany",
                       "latitude": 52.5, "longitude": 13.4},
            "custom": {},
        }, **known,
    }  # fmt: skip


def rating(rating_id: int, about: Json, score: str, words: str | None, at: datetime) -> Json:
    """This is a satisfaction rating of a ticket."""
    return {
        "url": f"{ORIGIN}/api/v2/satisfaction_ratings/{rating_id}.json", "id": rating_id,
        "assignee_id": about["assignee_id"], "group_id": None, "requester_id": about["requester_id"],
        "ticket_id": about["id"], "score": score, "created_at": iso(at), "updated_at": iso(at), "comment": words,
        "reason": None, "reason_id": None, "reason_code": None,
    }  # fmt: skip
