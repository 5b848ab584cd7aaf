#!/bin/sh
# Brings Temporal's two databases to the schema of this release. What has been done already is not done again, so it runs
# at every start. The connection comes from the variables of temporal-sql-tool (SQL_HOST, SQL_PASSWORD, ...).
set -eu

schema=${TEMPORAL_SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}

prepare() {
	temporal-sql-tool --database "$1" setup-schema --version 0.0
	temporal-sql-tool --database "$1" update-schema --schema-dir "$schema/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
