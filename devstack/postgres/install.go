package postgres

import (
	"context"
	"os"
	"path/filepath"

	"reengage/devstack/install"
)

// noCluster keeps Debian's package from making and starting a cluster of its own, which would be a second server that
// nobody asked for, on port 5432.
const noCluster = "/etc/postgresql-common/createcluster.d/reengage.conf"

var distributions = install.Program{
	Name: "PostgreSQL", Apt: "postgresql", Dnf: "postgresql-server", Apk: "postgresql",
	There: func(ctx context.Context) bool { _, err := Find(ctx); return err == nil },
	Before: func() (undo func(), err error) {
		if err := os.MkdirAll(filepath.Dir(noCluster), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(noCluster, []byte("create_main_cluster = false\n"), 0o644); err != nil {
			return nil, err
		}
		return func() { os.Remove(noCluster) }, nil // the machine's owner may want a cluster with the next version
	},
}
