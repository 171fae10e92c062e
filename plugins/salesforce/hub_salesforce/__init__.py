"""Attune connector for Salesforce: reads customers, cases and consent, writes emotion back."""

from pathlib import Path
from typing import TYPE_CHECKING

from hub.contract import Capability, Connector, Context, Limit, Manifest, Register, hookimpl
from hub_salesforce.by_hand import KEPT, PORTAL
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.plan import PLANS
from hub_salesforce.target import TARGETS

if TYPE_CHECKING:
    from hub_salesforce.connector import SalesforceConnector

MANIFEST = Manifest(
    name="salesforce",
    version="0.1.0",
    title="Salesforce",
    capabilities=frozenset({
        Capability.READ, Capability.WRITE, Capability.ERASE, Capability.CONSENT, Capability.DELETES, Capability.RECONCILE,
        Capability.RANGE, Capability.PARTITION, Capability.FETCH,
    }),
    # The org's own address comes from the settings. Other orgs' addresses are not listed, so that no token can go there.
    hosts=("login.salesforce.com", "test.salesforce.com"),
    streams=tuple(plan.stream for plan in PLANS),
    objects=tuple(target.object for target in TARGETS),
    # 15,000 in a developer's org, else 100,000 and more by licences, in any 24 hours: the answers tell.
    limits=(Limit("daily-calls", "* /services/data/*", per=86_400),),
    instructions=(KEPT, PORTAL),
)  # fmt: skip
"""What this connector is and may touch."""


def open_salesforce(config: SalesforceConfig, context: Context) -> "SalesforceConnector":
    """This makes the working connector; it calls nobody yet."""
    # simple-salesforce takes a second to import, which listing plugins need not wait for.
    from hub_salesforce.connector import SalesforceConnector

    return SalesforceConnector(config, context)


CONNECTOR = Connector(
    manifest=MANIFEST,
    config_model=SalesforceConfig,
    open=open_salesforce,
    origin=lambda config: str(config.instance_url),
    mappings=str(Path(__file__).parent / "mappings"),
    simulator="hub_salesforce.simulator:SalesforceSimulator",
)
"""The connector as it is registered."""


@hookimpl
def register(register: Register) -> None:
    """This hands the connector to the hub."""
    register.connector(CONNECTOR)
