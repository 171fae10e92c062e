"""The store: what the hub remembers, sealed under the key of the person it is about.

Begin with ``store.py`` (``open_store``, ``Store``, ``Tx``), then ``tables.py``, which says what every row is for. Each room
of a transaction has its file: persons, records, tags, consents, ledger, quarantine, outbox, suppression, leases,
obligations, erasures, audit. ``vault.py`` holds the keys and knows no SQL. ``migration.py`` runs ``migrations/``.

What the store itself enforces: free text rests only redacted; names and identifiers only in the identity tables, sealed and
as keyed hashes; tags only with a customer's record; a cursor only together with outcomes that add up; and a delivery passes
only through the states it may.
"""
