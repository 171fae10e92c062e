"""Batch compliance: asks X which of the stored posts or users must go."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from hub.contract import BadRecordError, Context, TransientError
from hub_x.client import XClient
from hub_x.config import XConfig
from hub_x.failure import busy
from hub_x.window import is_id

Kind = Literal["tweets", "users"]


class ComplianceCheck:
    """Batch compliance: create a job, upload ids, wait, download what must go.

    Args:
        client: calls X.
        config: names the pauses.
        context: gives the pause and the connection's name, by which a job left behind by a kill is recognised.
    """

    def __init__(self, client: XClient, config: XConfig, context: Context) -> None:
        self._client, self._config, self._context = client, config, context
        self._name = f"attune-{context.connection}"[:64]

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
        job = self._leftover(kind) or self._create(kind)
        self._client.upload(_url(job, "upload_url"), wanted)
        done = self._wait(job)
        found = _parse_results(self._client.download(_url(done, "download_url")))
        return {one: found[one] for one in wanted if one in found}

    def _leftover(self, kind: Kind) -> dict[str, Any] | None:
        jobs = self._client.call("get_compliance_jobs", kind).get("data")
        for listed in jobs if isinstance(jobs, list) else ():
            job = _job({"data": listed})
            if job.get("status") == "created" and job.get("name") == self._name:
                return job
            if job.get("status") in {"created", "in_progress"}:
                raise busy()
        return None

    def _create(self, kind: Kind) -> dict[str, Any]:
        return _job(self._client.call("create_compliance_job", kind, name=self._name))

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
