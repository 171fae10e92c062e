"""Rate budgets: every call to a vendor asks first whether the vendor's limits, shared by all processes, have room for it."""

from hub.budget.classes import limits_of
from hub.budget.shared import SharedBudget

__all__ = ["SharedBudget", "limits_of"]
