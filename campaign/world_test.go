package campaign_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"reengage/campaign"
	"reengage/clock"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/engine"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	shop = "106540000000001" // a business number
	waba = "102290000000001"
	ada  = "user/00000000-0000-4000-8000-000000000001" // who works here
)

// world is a database with a business number, a template and contacts, and a Temporal that takes down what it is told.
type world struct {
	*testing.T
	pool *pgxpool.Pool
	*campaign.Campaigns
	temporal *temporal
	segment  uuid.UUID
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, pool: dbtest.New(t), temporal: &temporal{}, segment: uuid.New()}
	w.Campaigns = &campaign.Campaigns{Pool: w.pool, Clock: clock.Clock{}, Temporal: w.temporal, Log: slog.New(slog.DiscardHandler)}
	w.exec(`INSERT INTO business_numbers (id, phone_number_id, waba_id, configured, created_at) VALUES (gen_random_uuid(), $1, $2, true, now())`, shop, waba)
	w.template("come_back", "marketing", "approved", "Hello {{1}}, we are still here.")
	w.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, 'everybody', '{}', now(), $2, now())`, w.segment, ada)
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.pool.Exec(context.Background(), sql, args...)
	require.NoError(w, err)
}

// ask is one value.
func ask[V any](w *world, sql string, args ...any) (v V) {
	w.Helper()
	require.NoError(w, w.pool.QueryRow(context.Background(), sql, args...).Scan(&v))
	return v
}

func (w *world) template(name, category, status, body string) {
	w.Helper()
	components, err := json.Marshal([]template.Component{{Type: "BODY", Text: body}})
	require.NoError(w, err)
	w.exec(`INSERT INTO templates (waba_id, name, language, status, category, components, changed_at, listed_at)
		VALUES ($1, $2, 'en', $3, $4, $5, now() - interval '1 day', now() - interval '1 day')`, waba, name, status, category, components)
}

// definition is one that can be launched.
func (w *world) definition() campaign.Definition {
	d := asked()
	d.SegmentID = w.segment
	return d
}

func (w *world) draft(change ...func(*campaign.Definition)) campaign.Campaign {
	w.Helper()
	d := w.definition()
	for _, c := range change {
		c(&d)
	}
	c, err := w.Create(w.as(), uuid.New(), d, ada)
	require.NoError(w, err)
	return c
}

// people makes contacts with an opt-in to marketing, whose phones are +1 202 555 0101 and on. Only a hundred are reserved: whoever needs
// more has invented ones behind them.
func (w *world) people(n int) {
	w.Helper()
	w.exec(`WITH made AS (
		INSERT INTO contacts (id, name, phone, market, created_at)
		SELECT gen_random_uuid(), 'Person ' || i, '1202555' || to_char(100 + i, 'FM0000'), 'US', now() - interval '1 day' FROM generate_series(1, $1::int) i
		RETURNING id
	) INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
	SELECT id, 'marketing', true, 'form', now() - interval '1 day' FROM made`, n)
}

// running is a campaign to n people, who have been chosen.
func (w *world) running(n int, change ...func(*campaign.Definition)) campaign.Campaign {
	w.Helper()
	if n > 0 {
		w.people(n)
	}
	c := must(w.Launch(w.as(), w.draft(change...).ID, ada))
	require.NoError(w, w.Choose(w.Context(), c.ID, func() {}))
	return must(w.Get(w.Context(), c.ID))
}

// turn is one Advance.
func (w *world) turn(id uuid.UUID) campaign.Turn {
	w.Helper()
	t, err := w.Advance(w.Context(), id, func() {})
	require.NoError(w, err)
	return t
}

// states counts a campaign's recipients by state and code.
func (w *world) states(id uuid.UUID) map[string]int {
	w.Helper()
	rows, err := w.pool.Query(w.Context(), `SELECT concat_ws(' ', state, code), count(*)::int FROM campaign_recipients WHERE campaign_id = $1 GROUP BY 1`, id)
	require.NoError(w, err)
	states := map[string]int{}
	var state string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { states[state] = n; return nil })
	require.NoError(w, err)
	return states
}

func (w *world) as() context.Context { return db.As(w.Context(), ada) }

// temporal takes down what it is told.
type temporal struct {
	engine.Starter
	mu      sync.Mutex
	told    []string
	asked   []contract.CampaignMessage
	askedIn []string // the workflows'
	offline bool
}

func (t *temporal) SignalWithStartWorkflow(_ context.Context, id, signal string, payload any, o client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.offline {
		return nil, errors.New("away")
	}
	if m, ok := payload.(contract.CampaignMessage); ok {
		t.asked, t.askedIn = append(t.asked, m), append(t.askedIn, id)
		return nil, nil
	}
	t.told = append(t.told, fmt.Sprintf("%s %s", signal, id))
	return nil, nil
}
