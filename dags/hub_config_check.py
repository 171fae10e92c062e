"""An Airflow DAG file without a DAG: a mistake in the configuration becomes one import error here, with file, line and advice.

It only reads. A DAG built here as well as in hub_dags.py would belong to both files and change its version at every parse.
"""

from hub.airflow.deployment import check_configuration, config_of

check_configuration(config_of(__file__))
