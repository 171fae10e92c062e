"""A DAG bundle whose version is the revision of the configuration: a run keeps the rules that it began with to its end.

::

    [dag_processor] dag_bundle_config_list =
      [{"name": "hub", "classpath": "hub.airflow.bundle.HubDagBundle", "kwargs": {"config": "/srv/attune/hub.yaml"}}]

It brings the DAG files along, so that nothing has to be put into a DAG folder, and makes the pools that they name.
"""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from airflow.dag_processing.bundles.base import BaseDagBundle, BundleVersion

from hub.airflow.deployment import check_files
from hub.config import load_settings
from hub.errors import ConfigError
from hub.revision import keep_revision, revision_of

log = logging.getLogger(__name__)

LATEST, NONE = "latest", "none"
"""Where the name of the last good revision stands, and what stands for it before there is one."""

DAGS = '''"""An Airflow DAG file: the DAGs of one revision of the configuration. HubDagBundle has written it."""

from pathlib import Path

from hub.airflow.factory import build_dags

build_dags(Path(__file__).parent / "hub.yaml", globals())
'''

CHECK = '''"""An Airflow DAG file without a DAG: a mistake in the configuration as it is now is one import error here."""

from pathlib import Path

from hub.airflow.deployment import check_configuration

check_configuration(Path({config!r}))
'''


class HubDagBundle(BaseDagBundle):
    """The DAGs of a deployment, one version for each revision of its configuration.

    A ``hub.yaml`` or a mapping file that cannot be read makes no version: the last good one stays, and an import error says
    what is wrong. Privacy rules that cannot be read make one, whose tasks fail: what is not known to be allowed is not done.

    Args:
        config: absolute path of ``hub.yaml``.
        folder: where versions are kept; with several machines one that all of them see. Airflow's own place unless given.
        kwargs: as for any bundle.
    """

    supports_versioning = True

    def __init__(self, *, config: str, folder: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._config = Path(config)
        self._folder = Path(folder) if folder else self.versions_dir
        self._current: str | None = None
        self._pooled: str | None = None

    def initialize(self) -> None:
        """This makes the version ready that is asked for, or the current one; ConfigError where it is not to be had."""
        with self.lock():
            if self.version is None:
                self._take()
            else:
                self._make(self.version)
        super().initialize()

    def refresh(self) -> None:
        """This takes the configuration as it is now, where it can be read, and brings Airflow's pools up to date with it.

        Only the DAG processor asks for it, which may see Airflow's database; DAGs are not parsed before their pools are there.
        """
        self._take()
        if self._current not in (NONE, self._pooled):
            from hub.airflow.pools import make_pools

            for pool, what in make_pools(self.path / "hub.yaml").items():
                log.info("pool %s: %s", pool, what)
            self._pooled = self._current

    def _take(self) -> None:
        try:
            check_files(self._config)
            revision = revision_of(load_settings(self._config))
        except ConfigError as error:
            log.error("The configuration cannot be read, the last good one stays: %s", error)
            revision = self._current or self._last_good()
        self._make(revision)
        self._current = revision

    @property
    def path(self) -> Path:
        """Where the DAG files are."""
        return self._place(self._known)

    def get_current_version(self) -> BundleVersion:
        """This is the revision that new runs begin with."""
        return BundleVersion(version=self._known)

    @property
    def _known(self) -> str:
        return self.version or self._current or self._last_good()

    def _place(self, revision: str) -> Path:
        return self._folder / revision

    def _last_good(self) -> str:
        mark = self._folder / LATEST
        return mark.read_text(encoding="utf-8").strip() if mark.is_file() else NONE

    def _make(self, revision: str) -> None:
        place = self._place(revision)
        if revision == NONE:
            place.mkdir(parents=True, exist_ok=True)
        elif not place.exists():
            if revision_of(load_settings(self._config)) != revision:
                raise ConfigError(
                    f"revision {revision} of the configuration is not on this machine, and {self._config} is another one.",
                    fix="Give HubDagBundle a 'folder' that all machines see, or clear the run, so that it begins anew.",
                )
            keep_revision(self._config, place)
        _write(place / "hub_config_check.py", CHECK.format(config=str(self._config)))
        if revision != NONE:
            _write(place / "hub_dags.py", DAGS)
            if self.version is None:
                _write(self._folder / LATEST, f"{revision}\n")


def _write(path: Path, text: str) -> None:
    """Others may be reading: they see the old text or the new one."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".new-", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    Path(file.name).rename(path)
