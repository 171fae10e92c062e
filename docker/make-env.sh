#!/bin/sh
# Writes .env from .env.example with new secrets, readable by you only. An existing .env is left alone.
# Usage: docker/make-env.sh [FOLDER-OF-.env.example]
set -eu
cd "${1:-$(dirname "$0")/..}"
if [ -e .env ]; then
    echo "make-env: .env is there already; its keys are in use. Nothing was written." >&2
    exit 1
fi
umask 077
secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_'; }
word() { head -c 18 /dev/urandom | base64 | tr '+/' 'xy'; }
sed -e "s|^AIRFLOW_FERNET_KEY=.*|AIRFLOW_FERNET_KEY=$(secret)|" \
    -e "s|^AIRFLOW_JWT_SECRET=.*|AIRFLOW_JWT_SECRET=$(secret)|" \
    -e "s|^AIRFLOW_API_SECRET_KEY=.*|AIRFLOW_API_SECRET_KEY=$(secret)|" \
    -e "s|^AIRFLOW_DB_PASSWORD=.*|AIRFLOW_DB_PASSWORD=$(word)|" \
    -e "s|^HUB_DB_PASSWORD=.*|HUB_DB_PASSWORD=$(word)|" \
    -e "s|^REDIS_PASSWORD=.*|REDIS_PASSWORD=$(word)|" \
    -e "s|^HUB_UID=.*|HUB_UID=$(id -u)|" \
    .env.example > .env
mkdir -p var/deployment
echo "make-env: wrote .env; put your systems' secrets into it."
