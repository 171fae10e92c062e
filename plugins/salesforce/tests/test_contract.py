from hub.testing.conformance import ConnectorConformance
from hub_salesforce import CONNECTOR


class TestConformance(ConnectorConformance):
    connector = CONNECTOR
