"""Attune connector for x."""
