"""Attune connector for X: reads public posts that mention or answer a company's account; writes nothing.

This module stays light: tweepy is loaded when a connection is opened, not when plugins are listed.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from hub.contract import Capability, Connector, Context, Limit, Manifest, Register, Stream, hookimpl
from hub_x.config import XConfig

if TYPE_CHECKING:
    from hub_x.source import XSource

ORIGIN = "https://api.twitter.com"
"""The only address that tweepy calls."""

MANIFEST = Manifest(
    name="x",
    version="0.1.0",
    title="X",
    capabilities=frozenset({Capability.READ, Capability.DELETES, Capability.RANGE, Capability.FETCH}),
    # Lists of ids for batch compliance jobs go to signed addresses at X's storage provider.
    hosts=("api.twitter.com", "storage.googleapis.com"),
    streams=(
        Stream("mentions", "Posts that mention the account.", deletes=True, range="created", fetch=True),
        Stream(
            "search", "Posts of the last seven days that match the configured query.", deletes=True,
            range="created", reach=7, fetch=True,
        ),
        Stream(
            "timeline", "The account's own posts and its answers to others.", deletes=True, range="created", fetch=True
        ),
    ),
    # X limits each endpoint by itself. The numbers are those of an app's own token; where none is named, the answers tell.
    limits=(
        Limit("search", "GET /2/tweets/search/recent", per=900, calls=450),
        Limit("mentions", "GET /2/users/*/mentions", per=900, calls=450),
        Limit("timeline", "GET /2/users/*/tweets", per=900),
        Limit("lookup", "GET /2/tweets", per=900, calls=3_500),
        Limit("users", "GET /2/users/by*", per=900),
        Limit("compliance-jobs", "* /2/compliance/jobs*", per=900),
    ),
)  # fmt: skip
"""What the connector is and what it may touch."""


def open_x(config: XConfig, context: Context) -> "XSource":
    """This makes the working connector; it calls nobody."""
    from hub_x.source import XSource

    return XSource(config, context)


CONNECTOR = Connector(
    manifest=MANIFEST,
    config_model=XConfig,
    open=open_x,
    origin=lambda _: ORIGIN,
    mappings=str(Path(__file__).parent / "mappings"),
    simulator="hub_x.simulator:XSimulator",
)
"""The connector as the hub gets it."""


@hookimpl
def register(register: Register) -> None:
    """This hands the connector to the hub."""
    register.connector(CONNECTOR)
