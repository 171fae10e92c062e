"""For plugin authors: simulator server, fault scripts, fake clock, a cast of customers, and the conformance kit.

Importable without pytest; ``hub.testing.pytest_plugin`` adds fixtures where pytest runs.
"""

from hub.testing.cast import Cast, CastMember, Line, make_cast
from hub.testing.clock import FakeClock, SystemClock
from hub.testing.connect import connect
from hub.testing.faults import Fault, FaultScript
from hub.testing.quota import Quota
from hub.testing.reply import Reply, Request
from hub.testing.sandbox import Sandbox
from hub.testing.simulator import Call, Simulator, route

__all__ = [
    "Call",
    "Cast",
    "CastMember",
    "FakeClock",
    "Fault",
    "FaultScript",
    "Line",
    "Quota",
    "Reply",
    "Request",
    "Sandbox",
    "Simulator",
    "SystemClock",
    "connect",
    "make_cast",
    "route",
]
