"""What is true at the vendors' side: every object with its fields, every booking, every job that asked for something.

Times of change are left out: a resumed run writes the same thing a little later.
"""

from collections import Counter
from typing import Any

from hub.testing.simulator import Simulator

_TIMES = {"CreatedDate", "LastModifiedDate", "SystemModstamp", "updated_at", "generated_timestamp"}


def truth_of(vendors: dict[str, Simulator]) -> dict[str, Any]:
    told = {"salesforce": _salesforce, "zendesk": _zendesk, "voucherify": _voucherify, "x": _x, "shop": _shop}
    return {name: told[name](vendor) for name, vendor in vendors.items() if name in told}


def _salesforce(vendor: Any) -> Any:
    vendor.forget_jobs()  # what was started comes to its end, also where nobody asks any more
    # Writing twice shows here; deleting again what is gone changes nothing.
    done = [job for job in vendor.past_jobs if job.state == "JobComplete" and job.operation == "update"]
    written = Counter(row["Id"] for job in done for row in job.rows())
    told: dict[str, Any] = {
        sobject: {key: _timeless(row) for key, row in rows.items()} for sobject, rows in vendor.tables.items()
    }
    return {**told, "written by jobs": dict(written)}


def _zendesk(vendor: Any) -> Any:
    rooms = {"users": vendor.users, "tickets": vendor.tickets, "ratings": vendor.ratings}
    told: dict[str, Any] = {
        name: {str(key): _timeless(row) for key, row in rows.items()} for name, rows in rooms.items()
    }
    told["comments"] = {str(key): [_timeless(row) for row in rows] for key, rows in vendor.comments.items()}
    told["more_emails"] = {str(key): emails for key, emails in vendor.more_emails.items()}
    told["deletions"] = sorted(str(key) for key in vendor.requested_deletions)
    return told


def _voucherify(vendor: Any) -> Any:
    vendor.forget_jobs()
    return {
        "written by jobs": dict(Counter(row["source_id"] for job in vendor.past_jobs for row in job["rows"])),
        "customers": {key: _timeless(row) for key, row in vendor.customers.items()},
        "cards": {key: _timeless(row) for key, row in vendor.cards.items()},
        "bookings": sorted(
            [row["source_id"] or "", row["voucher_id"], row["type"], row["details"]["balance"]["points"]]
            for row in vendor.ledger.entries
        ),
    }


def _x(vendor: Any) -> Any:
    posts = vendor.world.posts.values()
    return {
        "posts": {post.id: [post.text, post.deleted_at is None, post.scrubbed_at is None] for post in posts},
        "jobs": sorted([job.kind, job.name, list(job.ids)] for job in vendor.jobs.values()),
    }


def _shop(vendor: Any) -> Any:
    return {"notes": sorted([note["key"], note["customer"], note["mood"]] for note in vendor.notes)}


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _TIMES}
