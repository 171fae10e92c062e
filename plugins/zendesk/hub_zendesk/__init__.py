"""Attune connector for Zendesk Support.

It reads users (with their consent fields), tickets with their comments, and satisfaction ratings; it writes emotion
fields and tags to tickets and users; it erases a person and looks again.
"""

from pathlib import Path
from typing import Any

from hub.contract import (
    Capability,
    Connector,
    Context,
    IdentifierKind,
    Limit,
    Manifest,
    Object,
    Register,
    Stream,
    hookimpl,
)
from hub_zendesk.config import TICKET_FIELDS, USER_FIELDS, ZendeskConfig

MANIFEST = Manifest(
    name="zendesk",
    version="0.1.0",
    title="Zendesk Support",
    capabilities=frozenset(
        {
            Capability.READ,
            Capability.WRITE,
            Capability.ERASE,
            Capability.CONSENT,
            Capability.DELETES,
            Capability.RECONCILE,
            Capability.RANGE,
            Capability.PARTITION,
            Capability.FETCH,
        }
    ),
    hosts=("*.zendesk.com",),
    streams=(
        Stream(
            "users", "End users and agents, with the consent kept in user fields.", consent=True, deletes=True,
            range="changed", fetch=True,
        ),
        Stream(
            "tickets", "Tickets with requester and all comments.", deletes=True,
            range="changed", partitions=True, fetch=True,
        ),
        Stream(
            "satisfaction_ratings", "Good and bad ratings of solved tickets, with the comment.",
            range="changed", fetch=True,
        ),
    ),
    objects=(
        Object(
            "tickets", "Emotion fields and tags of a ticket.", about="case", key=IdentifierKind.VENDOR_ID,
            fields=("emotion_tags", *TICKET_FIELDS), max_batch=100,
        ),
        Object(
            "users", "Emotion fields of an end user.", about="person", key=IdentifierKind.VENDOR_ID,
            fields=USER_FIELDS, max_batch=100,
        ),
    ),
    limits=(
        Limit("incremental-export", "GET /api/v2/incremental/*", per=60, calls=10),  # 30 with the high-volume add-on
        Limit("update-ticket", "PUT /api/v2/tickets/[0-9]*", per=60, calls=100),
        Limit("delete-ticket", "DELETE /api/v2/tickets/*", per=60, calls=400),
        Limit("delete-user-for-good", "DELETE /api/v2/deleted_users/*", per=600, calls=700),
        Limit("account", "*", per=60),  # 200 to 2,500 by plan: the answers tell
    ),
)  # fmt: skip
"""What the connector is and what it may touch."""


def origin(config: ZendeskConfig) -> str:
    """This is the account's own address."""
    return f"https://{config.subdomain}.zendesk.com"


def open_connection(config: ZendeskConfig, context: Context) -> Any:
    """This makes the working connector; it does not call Zendesk yet."""
    # Imported here because zenpy is heavy, and listing the installed plugins must not pay for it.
    from hub_zendesk.connection import ZendeskConnection

    return ZendeskConnection(config, context)


CONNECTOR = Connector(
    manifest=MANIFEST,
    config_model=ZendeskConfig,
    open=open_connection,
    origin=origin,
    mappings=str(Path(__file__).parent / "mappings"),
    simulator="hub_zendesk.simulator:ZendeskSimulator",
)
"""The connector as it is handed to the hub."""


@hookimpl
def register(register: Register) -> None:
    """This hands the connector to the hub."""
    register.connector(CONNECTOR)
