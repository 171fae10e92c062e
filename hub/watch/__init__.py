"""What people and their tools see of a hub at work: metrics, alerts, notices, lineage. It only reads the ledger."""
