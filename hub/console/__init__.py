"""The web console: how each sync goes, what was withheld and why, what failed, what is owed, and the audit log's head.

One application, on its own (``hub console``) or inside Airflow's pages. It shows the hub's own work, never a person: no
identifier, no text, no payload, no emotion. It only reads.
"""
