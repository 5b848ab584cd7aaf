#!/bin/sh
# Runs once, when Postgres starts with an empty volume: one role and its databases for Temporal, one for Reengage, so that
# neither can read the other's. The passwords come from the environment and never stand on a command line.
set -eu

psql -X -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv reengage_password REENGAGE_DB_PASSWORD

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

CREATE ROLE reengage LOGIN PASSWORD :'reengage_password';
CREATE DATABASE reengage OWNER reengage;

REVOKE CONNECT ON DATABASE temporal, temporal_visibility, reengage, postgres FROM PUBLIC;
SQL
