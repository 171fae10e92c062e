"""Alembic's folder: the store's migrations, run by ``hub.store.migration``."""
