"""The hub under Apache Airflow: DAGs made from ``hub.yaml``. The only part of the hub that knows Airflow."""
