"""The approval of the privacy officer: a task that passes at once, unless what follows reads all again or deletes a mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

from hub.airflow.deployment import ROLE
from hub.airflow.work import Result, record_answer, what_to_approve
from hub.errors import PolicyError

PATIENCE = timedelta(hours=24)
"""How long an approval is waited for; then the task fails, and nothing was done."""

_ADVICE = "Nothing is done before somebody has approved it. What is refused stays as it is."


class OfficerApproval(ApprovalOperator):
    """This asks for approval where the hub says that it needs one; the answer goes on the hub's audit record.

    Args:
        config: path of ``hub.yaml``.
        of: a sync, or ``sweep``.
        officers: who may answer, by the names under which Airflow knows them.
    """

    def __init__(self, *, config: str, of: str, officers: Sequence[str], **kwargs: Any) -> None:
        self.config, self.of, self.officers = config, of, list(officers)
        super().__init__(
            subject=f"{of}: may it?",
            body=_ADVICE,
            assigned_users=[{"id": one, "name": one} for one in officers],
            ignore_downstream_trigger_rules=True,
            response_timeout=PATIENCE,
            **kwargs,
        )

    def execute(self, context: Any) -> Any:
        """This passes where there is nothing to approve; raises PolicyError where there is nobody to approve it."""
        request = what_to_approve(self.config, self.of, context["params"])
        if request is None:
            return {"rows": 0}
        if not self.officers:
            raise PolicyError(
                f"{self.of}: {request.what} Nobody may approve it.",
                reason="approval",
                fix=f"Give somebody the role {ROLE} under 'roles' in hub.yaml, by the name that Airflow knows.",
            )
        context["ti"].xcom_push(key="request", value=asdict(request))
        self.body = f"{request.what} {_ADVICE}"
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Result:
        """This puts the answer on the audit record, and lets the work go on or be skipped."""
        from hub.pipeline.approval import Request

        request = Request(**context["ti"].xcom_pull(task_ids=self.task_id, key="request"))
        if "error" not in event:
            user = str((event.get("responded_by_user") or {}).get("id", ""))
            approved = list(event["chosen_options"]) == [self.APPROVE]
            record_answer(self.config, request, approved and user in self.officers, user)
            if approved and user not in self.officers:
                # Airflow itself asks who may answer; an auth manager that lets everybody is no officer.
                raise PolicyError(
                    f"{self.of}: approved by somebody without the role {ROLE}; nothing was done.",
                    reason="approval",
                    fix="Clear the task: it asks again.",
                )
        super().execute_complete(context, event)
        return {"rows": request.rows}
