from hub.testing.conformance import ConnectorConformance
from hub_zendesk import CONNECTOR


class TestConformance(ConnectorConformance):
    connector = CONNECTOR
