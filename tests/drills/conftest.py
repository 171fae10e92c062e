"""The drills use the same world as the flows."""

from tests.flows.conftest import audit_entries, engines, make_world, world, world_in

__all__ = ["audit_entries", "engines", "make_world", "world", "world_in"]
