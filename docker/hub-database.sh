#!/bin/sh
# Run by the postgres image when its volume is new: the hub's own database, beside Airflow's, under its own role.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$HUB_DB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE hub LOGIN PASSWORD :'password';
CREATE DATABASE hub OWNER hub;
REVOKE CONNECT ON DATABASE hub FROM PUBLIC;
REVOKE CONNECT ON DATABASE airflow FROM PUBLIC;
SQL
