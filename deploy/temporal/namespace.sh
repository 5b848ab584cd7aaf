#!/bin/sh
# Creates the namespace and the search attributes that conversations write, unless they are there. Where and which comes
# from TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
set -eu

# A server that has just opened its port may not serve yet, and one that has just made a namespace looks it up in a cache
# that has not heard of it: so everything is tried for a while.
persist() {
	attempts=0
	until "$@"; do
		attempts=$((attempts + 1))
		if [ "$attempts" -ge 30 ]; then
			echo "given up: $*" >&2
			exit 1
		fi
		sleep 2
	done
}

namespace() {
	temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
		temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "${TEMPORAL_RETENTION:-168h}"
}

persist temporal operator cluster health
persist namespace
persist temporal operator search-attribute create \
	--name ReengageStatus --type Keyword \
	--name ReengageNumber --type Keyword \
	--name ReengageWindowExpiresAt --type Datetime
