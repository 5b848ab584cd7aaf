package db_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
)

// The runs of a name are personal data as the name is, and there is no reference that would take them with it.
func TestWhatAContactIsFoundByGoesWithIt(t *testing.T) {
	pool := dbtest.New(t)
	found := func(part string) (n int) {
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM contact_parts WHERE runs @@ contact_query($1, NULL)`, part).Scan(&n))
		return n
	}
	_, err := pool.Exec(t.Context(), `INSERT INTO contacts (id, name, phone, created_at) VALUES (gen_random_uuid(), 'Ada Example', '12025550123', now())`)
	require.NoError(t, err)
	require.Equal(t, 1, found("ada"))
	_, err = pool.Exec(t.Context(), `UPDATE contacts SET name = 'erased'`)
	require.NoError(t, err)
	require.Zero(t, found("ada"), "erasure replaces what there is")
	_, err = pool.Exec(t.Context(), `DELETE FROM contacts`)
	require.NoError(t, err)
	require.Zero(t, found("erased"))
	require.Zero(t, found("1202"))
}
