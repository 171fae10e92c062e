"""Attune connector for Voucherify: customers, loyalty members and points."""

from pathlib import Path

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
from hub_voucherify import customers, points
from hub_voucherify.by_hand import NO_KEY
from hub_voucherify.config import VoucherifyConfig
from hub_voucherify.connection import VoucherifyConnection

MANIFEST = Manifest(
    name="voucherify",
    version="0.1.0",
    title="Voucherify",
    capabilities=frozenset(
        {
            Capability.READ,
            Capability.WRITE,
            Capability.ERASE,
            Capability.RECONCILE,
            Capability.RANGE,
            Capability.PARTITION,
            Capability.FETCH,
        }
    ),
    hosts=("api.voucherify.io", "*.api.voucherify.io"),
    streams=(
        Stream(
            "customers", "Customer profiles, new and changed.", range="changed", partitions=True, fetch=True
        ),
        Stream(
            "members", "Loyalty cards of the program with balance and tier, new and changed.",
            range="changed", partitions=True, fetch=True,
        ),
        Stream("activities", "The program's ledger: points earned, redeemed, expired and adjusted.", fetch=True),
    ),
    objects=(
        Object(
            "customers", "Emotion fields in a customer's metadata.", "person", IdentifierKind.CUSTOMER_ID,
            customers.FIELDS, max_batch=500,
        ),
        Object(
            "points", "A points adjustment, made exactly once.", "person", IdentifierKind.CUSTOMER_ID,
            points.FIELDS, max_batch=50, clearable=False,
        ),
    ),
    limits=(Limit("project", "*", per=60),),  # 100 or 2,000 by plan: the answers tell
    instructions=(NO_KEY,),
)  # fmt: skip


def _open(config: VoucherifyConfig, context: Context) -> VoucherifyConnection:
    return VoucherifyConnection(config, context)


def _origin(config: VoucherifyConfig) -> str:
    return config.host


CONNECTOR = Connector(
    manifest=MANIFEST,
    config_model=VoucherifyConfig,
    open=_open,
    origin=_origin,
    mappings=str(Path(__file__).parent / "mappings"),
    simulator="hub_voucherify.simulator:VoucherifySimulator",
)


@hookimpl
def register(register: Register) -> None:
    """This hands the connector to the hub."""
    register.connector(CONNECTOR)
