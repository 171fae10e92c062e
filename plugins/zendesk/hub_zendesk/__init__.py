"""Attune connector for zendesk."""
