package audience_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/db/dbtest"
)

func TestSmoke(t *testing.T) {
	pool := dbtest.New(t)
	q := db.New(pool)
	f := []byte(`{"all_tags":["a"],"any_tags":["b"],"no_tags":["c"],"fields":{"x":"y"},"languages":["en"],"markets":["US"],"number":"1","statuses":["active","expiring","resuming","awaiting_reply","expired"],"last_inbound_after":"2026-01-01T00:00:00Z","last_inbound_before":"2026-01-01T00:00:00Z","opted_in":"marketing","campaign":{"id":"0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f11","answered":false}}`)
	for _, f := range [][]byte{f, []byte(`{}`), []byte(`{"campaign":{"id":"0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f11","answered":true}}`)} {
		n, err := q.CountAudience(t.Context(), f, time.Now())
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = q.ListAudience(t.Context(), db.ListAudienceParams{Filter: f, At: time.Now(), BeforeAt: time.Now(), BeforeID: uuid.Max, MaxRows: 10, Among: []uuid.UUID{uuid.Max}})
		require.NoError(t, err)
		_, err = q.ListAudienceIDs(t.Context(), db.ListAudienceIDsParams{Filter: f, At: time.Now(), MaxRows: 10})
		require.NoError(t, err)
	}
}
