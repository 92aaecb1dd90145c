#!/bin/bash
# Run once by the image of PostgreSQL, when its data folder is empty.
set -euo pipefail
psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner_password="$OWNER_PASSWORD" -v app_password="$APP_PASSWORD" \
    -f /opt/gongjian/roles.sql
