from hub.testing.conformance import ConnectorConformance
from hub_voucherify import CONNECTOR


class TestConformance(ConnectorConformance):
    connector = CONNECTOR
