package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// The claim is about plans, not about time: whatever is asked for, an index has it in its order, and nothing is sorted but the few
// that a search has found, or that resume.
func TestEveryListFollowsAnIndexInItsOrder(t *testing.T) {
	f := newFixture(t)
	small := f.fill(15_000)
	asked := &statements{}
	a := api.New(api.Deps{Pool: f.traced(asked), Log: quiet})

	const few = 200 // of which Postgres may find it cheaper to fetch all
	tests := []struct {
		name    string
		list    api.ListConversations
		indexes []string // of the statements in their order
		sorts   float64  // at most so many
	}{
		{"nothing", api.ListConversations{}, []string{"conversations_by_deadline"}, 0},
		{"active", api.ListConversations{Status: "active"}, []string{"conversations_by_deadline"}, 0},
		{"expiring", api.ListConversations{Status: "expiring"}, []string{"conversations_by_deadline"}, 0},
		{"resuming", api.ListConversations{Status: "resuming"}, []string{"conversations_resuming"}, few},
		{"awaiting reply", api.ListConversations{Status: "awaiting_reply"}, []string{"conversations_awaiting_reply"}, 0},
		{"expired", api.ListConversations{Status: "expired"}, []string{"conversations_by_activity"}, 0},
		{"number", api.ListConversations{Number: number}, []string{"conversations_of_number_by_deadline"}, 0},
		{"small number", api.ListConversations{Number: small},
			[]string{"conversations_of_number_by_deadline", "conversations_of_number_by_activity"}, 0},
		{"active of a number", api.ListConversations{Number: number, Status: "active"}, []string{"conversations_of_number_by_deadline"}, 0},
		{"expiring of a number", api.ListConversations{Number: number, Status: "expiring"}, []string{"conversations_of_number_by_deadline"}, 0},
		{"resuming of a number", api.ListConversations{Number: number, Status: "resuming"}, []string{"conversations_resuming"}, few},
		{"awaiting reply of a number", api.ListConversations{Number: number, Status: "awaiting_reply"}, []string{"conversations_awaiting_reply"}, 0},
		{"expired of a number", api.ListConversations{Number: number, Status: "expired"}, []string{"conversations_of_number_by_activity"}, 0},
		{"part of a few names", api.ListConversations{Q: "person 123"}, []string{"contact_parts_by_run", "conversations_by_contact"}, 2000},
		{"part of a few phones", api.ListConversations{Q: "+1 (202) 550 123"}, []string{"contact_parts_by_run", "conversations_by_contact"}, 2000},
		{"part of most names", api.ListConversations{Q: "person"}, []string{"conversations_by_deadline"}, 0},
		{"one letter", api.ListConversations{Q: "p"}, []string{"conversations_by_deadline"}, 0},
		{"part of most names, expired", api.ListConversations{Q: "rso", Status: "expired"}, []string{"conversations_by_activity"}, 0},
		{"nobody", api.ListConversations{Q: "zq"}, []string{"contact_parts_by_run"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked.forget()
			for range 2 { // and the page after the first
				page, err := tt.list.Execute(t.Context(), a, noon)
				require.NoError(t, err)
				require.Equal(t, tt.list.Q == "zq", len(page.Items) == 0)
				if page.NextCursor == nil {
					break
				}
				tt.list.Cursor = *page.NextCursor
			}
			var used []string
			for _, s := range asked.about("FROM conversations c\n", "FROM contact_parts s\n") {
				p := f.explain(s)
				require.NotContains(t, p.nodes, "Seq Scan on conversations", s.sql)
				require.NotContains(t, p.nodes, "Seq Scan on contacts", s.sql)
				require.LessOrEqual(t, p.sorted, tt.sorts, s.sql)
				used = append(used, p.indexes...)
			}
			for _, index := range tt.indexes {
				require.Contains(t, used, index)
			}
		})
	}
	t.Run("counts", func(t *testing.T) {
		asked.forget()
		_, err := (&api.CountConversations{}).Execute(t.Context(), a, noon)
		require.NoError(t, err)
		counts := asked.about("FROM conversations c\n")
		require.Len(t, counts, 5)
		for _, s := range counts {
			require.NotContains(t, f.explain(s).nodes, "Seq Scan on conversations", s.sql)
		}
	})
}

// fill makes n conversations, nearly all of the fixture's number, in all states and in the mix of a long life, and some of another
// number, whose id it returns.
func (f *fixture) fill(n int) (small string) {
	f.t.Helper()
	small = "999"
	other := f.addNumber(small)
	f.exec(`INSERT INTO contacts (id, name, phone, created_at)
		SELECT gen_random_uuid(), 'Person ' || i, (12025500000 + i)::text, now() FROM generate_series(1, $1::int) i`, n)
	f.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at,
			last_outbound_at, template_accepted_at, template_pending, resume_claimed_until, resume_claimed_by)
		SELECT gen_random_uuid(), CASE WHEN i % 200 = 0 THEN $2::uuid ELSE $1::uuid END, id, at, at, at, at + interval '24 hours',
		       CASE WHEN awaits THEN $3::timestamptz - random() * interval '20 hours' END,
		       CASE WHEN awaits THEN $3::timestamptz - random() * interval '20 hours' END,
		       CASE WHEN i % 500 = 1 THEN 'planned' END,
		       CASE WHEN i % 10 = 2 THEN $3::timestamptz - random() * interval '30 days' END, CASE WHEN i % 10 = 2 THEN 'user/1' END
		FROM (SELECT id, i, i % 100 < 15 AS awaits, $3::timestamptz - CASE WHEN i % 100 >= 80 THEN random() * interval '24 hours'
		             ELSE interval '2 days' + random() * interval '90 days' END AS at
		      FROM (SELECT id, row_number() OVER () AS i FROM contacts) numbered) x`, f.number, other, noon)
	f.exec(`VACUUM ANALYZE`)
	return small
}

// statement is what was asked of Postgres.
type statement struct {
	sql  string
	args []any
}

// statements notes them.
type statements struct {
	sync.Mutex
	all []statement
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	s.Lock()
	defer s.Unlock()
	s.all = append(s.all, statement{q.SQL, q.Args})
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *statements) forget() {
	s.Lock()
	defer s.Unlock()
	s.all = nil
}

func (s *statements) about(texts ...string) (found []statement) {
	s.Lock()
	defer s.Unlock()
	for _, one := range s.all {
		for _, text := range texts {
			if strings.Contains(one.sql, text) {
				found = append(found, one)
				break
			}
		}
	}
	return found
}

// traced is a pool to the same database that notes what is asked.
func (f *fixture) traced(s *statements) *pgxpool.Pool {
	f.t.Helper()
	cfg := f.pool.Config()
	cfg.ConnConfig.Tracer = s
	pool, err := pgxpool.NewWithConfig(f.t.Context(), cfg)
	require.NoError(f.t, err)
	f.t.Cleanup(pool.Close)
	return pool
}

// plan is what Postgres would do, flattened: kinds of nodes, scans with their table, and the indexes.
type plan struct {
	nodes, indexes []string
	sorted         float64 // as many rows as it expects to sort
}

func (f *fixture) explain(s statement) plan {
	f.t.Helper()
	var text []byte
	args := s.args
	if len(args) > 0 {
		if _, isMode := args[0].(pgx.QueryExecMode); isMode {
			args = args[1:]
		}
	}
	err := f.pool.QueryRow(f.t.Context(), "EXPLAIN (FORMAT JSON) "+s.sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...).Scan(&text)
	require.NoError(f.t, err)
	var explained []struct{ Plan map[string]any }
	require.NoError(f.t, json.Unmarshal(text, &explained))
	var p plan
	p.add(explained[0].Plan)
	return p
}

func (p *plan) add(node map[string]any) {
	kind, _ := node["Node Type"].(string)
	p.nodes = append(p.nodes, kind)
	if table, is := node["Relation Name"].(string); is {
		p.nodes = append(p.nodes, kind+" on "+table)
	}
	if index, is := node["Index Name"].(string); is {
		p.indexes = append(p.indexes, index)
	}
	below, _ := node["Plans"].([]any)
	for _, b := range below {
		below := b.(map[string]any)
		if strings.HasSuffix(kind, "Sort") {
			p.sorted += below["Plan Rows"].(float64)
		}
		p.add(below)
	}
}
