"""What Airflow's provider manager is told: a plain dictionary, because every process of Airflow asks for it."""

from __future__ import annotations

from typing import Any

from hub.airflow.forms import connection_types

NAME = "Attune"
DISTRIBUTION = "attune-hub"
VERSION = "0.1.0"

_CONFIG = {
    "hub": {
        "description": "Attune, the hub for customer emotion data.",
        "options": {
            "config": {
                "description": "Path of hub.yaml, from Airflow's home; HUB_CONFIG, or hub.yaml there, if empty.",
                "version_added": VERSION,
                "type": "string",
                "example": "/etc/attune/hub.yaml",
                "default": "",
            },
        },
    }
}


def get_provider_info() -> dict[str, Any]:
    """This is what the distribution brings to Airflow; it loads no plugin, no operator and no hook."""
    return {
        "package-name": DISTRIBUTION,
        "name": NAME,
        "description": "A connector hub for customer emotion data, with privacy between every two systems.",
        "integrations": [{"integration-name": NAME, "external-doc-url": "", "tags": ["service"]}],
        "operators": [{"integration-name": NAME, "python-modules": ["hub.airflow.operators"]}],
        "hooks": [{"integration-name": NAME, "python-modules": ["hub.airflow.hook"]}],
        "bundles": [{"integration-name": NAME, "python-modules": ["hub.airflow.bundle"]}],
        "connection-types": connection_types(),
        "extra-links": ["hub.airflow.link.ConsoleLink"],
        "secrets-backends": ["hub.airflow.secrets.HubSecretsBackend"],
        "plugins": [{"name": "attune", "plugin-class": "hub.airflow.plugin.AttunePlugin"}],
        "cli": ["hub.airflow.commands.get_commands"],
        "notifications": ["hub.airflow.notifier.HubNotifier"],
        "config": _CONFIG,
    }
