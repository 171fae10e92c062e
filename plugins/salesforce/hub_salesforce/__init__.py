"""Attune connector for salesforce."""
