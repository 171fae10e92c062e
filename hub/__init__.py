"""Attune: a connector hub for customer emotion data."""
