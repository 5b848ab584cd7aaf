package importing_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"log/slog"
	"reengage/clock"
	"reengage/conversation"
	"reengage/importing"
	"reengage/intake"
)

const ada = "12025550101"

// writes has a contact write to us; it is known then, by a conversation.
func (w *world) writes(phone, name, text string, at time.Time) {
	w.Helper()
	store := intake.New(w.pool, clock.Clock{Anchor: at, Wall: time.Now(), Scale: 1}, slog.New(slog.DiscardHandler))
	_, err := store.Messages(w.Context(), intake.FromAPI, time.Now(), []intake.Message{{Kind: intake.Inbound, PhoneNumberID: "106540352242922",
		Who: intake.Identity{Phone: phone, Name: name}, ID: uuid.NewString(), OccurredAt: at, Type: "text", Text: text}})
	require.NoError(w, err)
}

func (w *world) permits(phone string) string {
	w.Helper()
	return w.text("SELECT p.marketing, p.utility, p.authentication FROM contacts c, contact_permissions(c.id) p WHERE c.phone = $1", phone)
}

var stopped = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func TestAnOptOutStandsUnlessTheRowIsLaterAndSaysHow(t *testing.T) {
	for _, c := range []struct {
		name, cells string
		turned      bool
	}{
		{"no time and no source", ",", false},
		{"a later time without a source", "2026-11-20T10:00:00Z,", false},
		{"a source without a time", ",order form", false},
		{"an earlier time with a source", "2026-11-20T08:59:59Z,order form", false},
		{"the same second", "2026-11-20T09:00:00Z,order form", false},
		{"one second later", "2026-11-20T09:00:01Z,order form", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.writes(ada, "Ada", "STOP", stopped)
			counts := w.take("phone,opt_in,opt_in_categories,opt_in_at,opt_in_source\n+" + ada + ",yes,marketing," + c.cells + "\n")
			if c.turned {
				require.Equal(t, importing.Counts{Rows: 1, Changed: 1}, counts)
				require.Equal(t, "(in,\"\",\"\")", w.permits(ada))
				return
			}
			require.Equal(t, importing.Counts{Rows: 1, Unchanged: 1, OptedOut: 1}, counts)
			require.Equal(t, "(out,\"\",\"\")", w.permits(ada))
			require.Equal(t, "(1)", w.text("SELECT count(*) FROM consent_changes"))
		})
	}
}

func TestAnImportedOptOutReachesTheConversationsRunAndIsRecordedOnce(t *testing.T) {
	w := newWorld(t)
	w.writes(ada, "Ada", "Hello", stopped)
	require.Equal(t, importing.Counts{Rows: 1, Changed: 1}, w.take("phone,opt_in\n+"+ada+",yes\n"))
	const no = "phone,opt_in\n+" + ada + ",no\n"
	require.Equal(t, importing.Counts{Rows: 1, Changed: 1, NoOptIn: 1}, w.take(no))
	require.Equal(t, "(out,out,out)", w.permits(ada))
	require.Equal(t, importing.Counts{Rows: 1, Unchanged: 1, OptedOut: 1}, w.take(no))
	require.Equal(t, "(6)", w.text("SELECT count(*) FROM consent_changes"))
	require.Equal(t, "(6)", w.text("SELECT count(*) FROM events WHERE type = 'consent_changed' AND needs_signal"))
}

func TestASTOPAfterAnImportedOptInWins(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, importing.Counts{Rows: 1, New: 1}, w.take("phone,opt_in\n+"+ada+",yes\n"))
	w.writes(ada, "Ada", "STOP", stopped.Add(48*time.Hour))
	require.Equal(t, "(out,in,in)", w.permits(ada))
	require.Equal(t, importing.Counts{Rows: 1, Unchanged: 1, OptedOut: 1}, w.take("phone,opt_in\n+"+ada+",yes\n"))
	require.Equal(t, "(out,in,in)", w.permits(ada))
}

func TestASTOPThatWasSaidBeforeTheUploadAndArrivesAfterItHolds(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, importing.Counts{Rows: 1, New: 1}, w.take("phone,opt_in,opt_in_source\n+"+ada+",yes,order form\n"))
	var uploaded time.Time
	require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT created_at FROM imports`).Scan(&uploaded))
	w.writes(ada, "Ada", "STOP", uploaded.Add(-6*24*time.Hour))
	require.Equal(t, "(out,in,in)", w.permits(ada), "nobody has said that the opt-in came after it")
}

// The states that an import goes by are those that the gate asks for, whatever has been said in which order.
func TestAKeywordThatUndoesNothingIsNoOptInForAnImportEither(t *testing.T) {
	w := newWorld(t)
	w.writes(ada, "Ada", "START", stopped)
	require.Equal(t, "(\"\",\"\",\"\")", w.permits(ada))
	require.Equal(t, importing.Counts{Rows: 1, Changed: 1}, w.take("phone,opt_in,categories_x\n+"+ada+",yes,1\n"))
	require.Equal(t, "(in,in,in)", w.permits(ada))
	require.NotEmpty(t, conversation.Categories)
}

func TestTheBusinesssNameForAContactGoesBeforeTheProfiles(t *testing.T) {
	w := newWorld(t)
	w.writes(ada, "adaaa", "Hello", stopped)
	const file = "phone,name\n+" + ada + ",Ada Example\n"
	require.Equal(t, int64(1), w.take(file).Changed)
	w.writes(ada, "adaaa", "Hello again", stopped.Add(time.Minute))
	require.Equal(t, "(\"Ada Example\")", w.text("SELECT name FROM contacts"))
	require.Equal(t, int64(1), w.take(file).Unchanged)
}

func TestARowThatNamesTwoContactsIsInvalidAndMergesNobody(t *testing.T) {
	w := newWorld(t)
	w.take("phone,bsuid\n+" + ada + ",\n,US.1\n+12025550102,US.2\n")
	counts := w.take("phone,bsuid\n+" + ada + ",US.1\n+12025550102,US.9\n+12025550103,US.2\n")
	require.Equal(t, importing.Counts{Rows: 3, Invalid: 2, Changed: 1, NoOptIn: 1}, counts)
	require.Equal(t, "(2,two_contacts)\n(3,two_contacts)", w.text("SELECT line, code FROM import_rejects ORDER BY line"))
	require.Equal(t, "(3)", w.text("SELECT count(*) FROM contacts"))
	require.Equal(t, "(12025550103)", w.text("SELECT phone FROM contacts WHERE bsuid = 'US.2'"))
}
