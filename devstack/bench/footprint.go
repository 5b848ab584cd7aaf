package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/intake"
	"reengage/workflows/contract"
)

// measureFootprint opens conversations and looks how much has been written.
func measureFootprint(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "Bytes per open conversation",
		How: fmt.Sprintf("%d contacts have written once and have been billed. Postgres: what all tables with their indexes and TOAST have "+
			"grown by, packed by VACUUM FULL (in use there is some more); raw body, event, contact, conversation and charge included. Temporal: the history's size as the server "+
			"reports it, and, if the server is ours, what the pages in use of its SQLite file have grown by (visibility included).", n.openConversations),
		Baseline: "Postgres: the same bodies, one row each. Temporal: as many open workflows that have received one signal and wait for another",
	}
	t := g.temporal
	if t.server != nil { // a fresh file, in which nothing is left over
		if t, err = g.startTemporalInFile(ctx); err != nil {
			return group, err
		}
		defer closing(t.close, &err)
	}
	s, err := g.newStage(ctx, t, 1)
	if err != nil {
		return group, err
	}
	defer closing(s.close, &err)
	if err := s.workBoth(); err != nil {
		return group, err
	}
	plain := make([]string, n.openConversations)
	for i := range plain {
		plain[i] = "bench/" + uuid.NewString()
	}
	defer closing(func() error { return s.endPlain(plain) }, &err)
	people := s.traffic.newcomers(n.openConversations)
	bodies := s.traffic.inBodies(time.Now(), people, 1)

	plainFile, err := t.growth(func() error { return s.openPlain(ctx, plain, n.concurrency) })
	if err != nil {
		return group, err
	}
	before, err := s.tableBytes(ctx)
	if err != nil {
		return group, err
	}
	file, err := t.growth(func() error {
		if err := s.take(ctx, bodies, n.concurrency); err != nil {
			return err
		}
		if err := s.relay(t).Drain(ctx); err != nil {
			return err
		}
		if err := s.nothingPending(ctx); err != nil {
			return err
		}
		return s.billed(ctx, len(people))
	})
	if err != nil {
		return group, err
	}
	after, err := s.tableBytes(ctx)
	if err != nil {
		return group, err
	}
	bare, err := s.bareBytes(ctx, bodies)
	if err != nil {
		return group, err
	}
	per := func(bytes int64) float64 { return float64(bytes) / float64(n.openConversations) }
	group.add("Postgres", "bytes", per(after-before), per(bare))
	id, err := s.store.Resolve(ctx, time.Now(), phoneNumberID, intake.Identity{Phone: people[0].phone()})
	if err != nil {
		return group, err
	}
	history, err := t.historyBytes(ctx, contract.ConversationWorkflowID(id))
	if err != nil {
		return group, err
	}
	plainHistory, err := t.historyBytes(ctx, plain[0])
	if err != nil {
		return group, err
	}
	group.add("Temporal, history", "bytes", float64(history), float64(plainHistory))
	if t.file != "" {
		group.add("Temporal, SQLite file", "bytes", per(file), per(plainFile))
	}
	return group, s.noteLargest(ctx, &group)
}

// openPlain starts workflows that receive one signal and wait for another.
func (s *stage) openPlain(ctx context.Context, ids []string, concurrency int) error {
	if err := inParallel(ctx, len(ids), concurrency, func(ctx context.Context, i int) error {
		return s.signalPlainly(ctx, ids[i], 2)
	}); err != nil {
		return err
	}
	// The first task of a run is its 4th event's; until then the history is not whole.
	return inParallel(ctx, len(ids), concurrency, func(ctx context.Context, i int) error {
		return until(ctx, "events of a waiting workflow", 5, func(ctx context.Context) (int, error) {
			d, err := s.temporal.DescribeWorkflowExecution(ctx, ids[i], "")
			return int(d.GetWorkflowExecutionInfo().GetHistoryLength()), err
		})
	})
}

// growth is by how much the pages in use of the server's file have grown; 0 if the file is not ours.
func (t *temporalServer) growth(do func() error) (int64, error) {
	if t.file == "" {
		return 0, do()
	}
	before, err := readSQLiteHeader(t.file)
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := readSQLiteHeader(t.file)
	return after.inUse() - before.inUse(), err
}

func (t *temporalServer) historyBytes(ctx context.Context, workflowID string) (int64, error) {
	d, err := t.DescribeWorkflowExecution(ctx, workflowID, "")
	if err != nil {
		return 0, fmt.Errorf("ask for a history's size: %w", err)
	}
	return d.GetWorkflowExecutionInfo().GetHistorySizeBytes(), nil
}

// pack leaves no room in the tables and indexes: how much there is otherwise depends on how writers happened to meet.
func (s *stage) pack(ctx context.Context) error {
	if _, err := s.serves.Exec(ctx, "VACUUM FULL"); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	return nil
}

// tableBytes is the size of all tables with their indexes and TOAST.
func (s *stage) tableBytes(ctx context.Context) (bytes int64, err error) {
	if err := s.pack(ctx); err != nil {
		return 0, err
	}
	err = s.serves.QueryRow(ctx, "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").Scan(&bytes)
	return bytes, err
}

// bareBytes is the size of a table that has nothing but the bodies.
func (s *stage) bareBytes(ctx context.Context, bodies []signedBody) (bytes int64, err error) {
	if err := s.createBareTable(ctx); err != nil {
		return 0, err
	}
	for _, b := range bodies {
		if err := insertBare(ctx, s.serves, b.bytes); err != nil {
			return 0, err
		}
	}
	if err := s.pack(ctx); err != nil {
		return 0, err
	}
	err = s.serves.QueryRow(ctx, "SELECT pg_total_relation_size('bench_bodies')").Scan(&bytes)
	return bytes, err
}

// noteLargest says where the bytes in Postgres are.
func (s *stage) noteLargest(ctx context.Context, g *Group) error {
	var largest string
	err := s.serves.QueryRow(ctx, `SELECT string_agg(relname || ' ' || kib || ' KiB', ', ' ORDER BY kib DESC) FROM (
			SELECT relname, pg_total_relation_size(oid) / 1024 AS kib FROM pg_class
			WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'bench_bodies' ORDER BY 2 DESC LIMIT 6) t`).Scan(&largest)
	if err != nil {
		return fmt.Errorf("list the largest tables: %w", err)
	}
	g.note("largest tables at the end, with indexes: %s", largest)
	return nil
}
