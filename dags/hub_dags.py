"""An Airflow DAG file: the DAGs of this deployment, made from its hub.yaml.

HUB_CONFIG names another hub.yaml.
"""

from hub.airflow.deployment import config_of
from hub.airflow.factory import build_dags

build_dags(config_of(__file__), globals())
