"""Batch compliance: asks X which of the stored posts or users must go."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from hub.contract import BadRecordError, Context, TransientError
from hub_x.client import XClient
from hub_x.config import XConfig
from hub_x.failure import busy
from hub_x.window import is_id

Kind = Literal["tweets", "users"]

FRESH = timedelta(hours=1)
"""How old a job may be whose answer is still taken: X gives a day to remove what must go."""


class ComplianceCheck:
    """Batch compliance: create a job, upload ids, wait, download what must go.

    Args:
        client: calls X.
        config: names the pauses.
        context: gives the clock, the pause and the connection's name.

    A job is named after the connection and the very ids that it asks about. So a job left behind by a kill is recognised,
    whatever it has come to since: it is gone on with, and never made a second time.
    """

    def __init__(self, client: XClient, config: XConfig, context: Context) -> None:
        self._client, self._config, self._context = client, config, context

    def find_gone(self, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
        """This maps those of ``ids`` that X says must go to the instant of it, as X wrote it ("" where X named none).

        Raises BadRecordError for an id that is none of X's, ThrottledError while another job of the kind runs,
        AuthError or TransientError.
        """
        wanted = list(dict.fromkeys(ids))
        if not all(is_id(one) for one in wanted):
            raise BadRecordError("a stored key is not an id of X.", reason="x.key")
        if not wanted:
            return {}
        name = self._name(wanted)
        job = self._leftover(kind, name) or _job(self._client.call("create_compliance_job", kind, name=name))
        if job.get("status") in {None, "created"}:
            self._client.upload(_url(job, "upload_url"), wanted)
        found = _parse_results(self._client.download(_url(self._wait(job), "download_url")))
        return {one: found[one] for one in wanted if one in found}

    def _name(self, wanted: Sequence[str]) -> str:
        digest = hashlib.sha256("\n".join(sorted(wanted)).encode()).hexdigest()[:16]
        return f"attune-{self._context.connection[:40]}-{digest}"

    def _leftover(self, kind: Kind, name: str) -> dict[str, Any] | None:
        jobs = self._client.call("get_compliance_jobs", kind).get("data")
        for listed in jobs if isinstance(jobs, list) else ():
            job = _job({"data": listed})
            if job.get("name") == name and self._is_useful(job):
                return job
            if job.get("status") in {"created", "in_progress"}:
                raise busy()
        return None

    def _is_useful(self, job: dict[str, Any]) -> bool:
        if job.get("status") in {"created", "in_progress"}:
            return True
        return job.get("status") == "complete" and self._context.now() - _created(job) < FRESH

    def _wait(self, job: dict[str, Any]) -> dict[str, Any]:
        waited = 0.0
        while waited <= self._config.compliance_wait_seconds:
            job = _job(self._client.call("get_compliance_job", job["id"]))
            if job.get("status") == "complete":
                return job
            if job.get("status") in {"failed", "expired"}:
                raise TransientError(f"X's compliance job ended as {job['status']}.")
            self._context.sleep(self._config.compliance_poll_seconds)
            waited += self._config.compliance_poll_seconds
        raise TransientError("X's compliance job took longer than compliance_wait_seconds.")


def _job(answer: dict[str, Any]) -> dict[str, Any]:
    job = answer.get("data")
    if not isinstance(job, dict) or not isinstance(job.get("id"), str):
        raise TransientError("X answered with something that is not a compliance job.")
    return job


def _created(job: dict[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(job["created_at"])
    except (KeyError, TypeError, ValueError):
        raise TransientError("X's compliance job does not say when it was created.") from None


def _url(job: dict[str, Any], name: str) -> str:
    url = job.get(name)
    if not isinstance(url, str):
        raise TransientError(f"X's compliance job names no {name}.")
    return url


def _parse_results(content: bytes) -> dict[str, str]:
    try:
        lines = [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]
        return {str(line["id"]): str(line.get("redacted_at") or line.get("created_at") or "") for line in lines}
    except (ValueError, TypeError, KeyError, AttributeError):
        # Raised whole: acting on half a list would leave the other half stored without anyone knowing.
        raise TransientError("X's compliance results could not be read.") from None
