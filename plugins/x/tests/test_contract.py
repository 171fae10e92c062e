from hub.testing.conformance import ConnectorConformance
from hub_x import CONNECTOR


class TestConformance(ConnectorConformance):
    connector = CONNECTOR
