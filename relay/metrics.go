package relay

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"reengage/db"
)

// metrics are the relay's instruments. Messages divided by signals is how well messages gather.
type metrics struct {
	meter    metric.Meter
	signals  metric.Int64Counter
	messages metric.Int64Counter
	failures metric.Int64Counter
	age      metric.Float64ObservableGauge
	pending  metric.Int64ObservableGauge
}

func newMetrics() *metrics {
	m := &metrics{meter: otel.Meter("reengage/relay")}
	var errs [5]error
	m.signals, errs[0] = m.meter.Int64Counter("reengage_relay_signals", metric.WithDescription("Signals that Temporal has accepted."))
	m.messages, errs[1] = m.meter.Int64Counter("reengage_relay_messages", metric.WithDescription("Events that those signals told of."))
	m.failures, errs[2] = m.meter.Int64Counter("reengage_relay_failures", metric.WithDescription("Failures, by fault: away, busy, refused."))
	m.age, errs[3] = m.meter.Float64ObservableGauge("reengage_relay_backlog_age_seconds", metric.WithDescription("How long the oldest event to be signalled has waited."))
	m.pending, errs[4] = m.meter.Int64ObservableGauge("reengage_relay_pending_conversations", metric.WithDescription("Conversations with events to be signalled."))
	for _, err := range errs {
		if err != nil {
			panic(err) // a name of ours is malformed
		}
	}
	return m
}

func (m *metrics) told(ctx context.Context, s signal) {
	kind := metric.WithAttributes(attribute.String("signal", s.name))
	m.signals.Add(ctx, 1, kind)
	m.messages.Add(ctx, int64(len(s.events)), kind)
}

func (m *metrics) failed(ctx context.Context, f fault) {
	m.failures.Add(ctx, 1, metric.WithAttributes(attribute.String("fault", string(f))))
}

// backlogEvery is how often, at most, the database is asked for the backlog, however many scrape.
const backlogEvery = 3 * time.Second

// observe reports the backlog until it is told to stop.
func (m *metrics) observe(q *db.Queries) (stop func(), err error) {
	var mu sync.Mutex
	var last db.GetBacklogRow
	var asked time.Time
	registration, err := m.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(asked) >= backlogEvery {
			row, err := q.GetBacklog(ctx)
			if err != nil {
				return fmt.Errorf("observe the relay's backlog: %w", err)
			}
			last, asked = row, now
		}
		o.ObserveFloat64(m.age, last.AgeSeconds)
		o.ObserveInt64(m.pending, last.Conversations)
		return nil
	}, m.age, m.pending)
	if err != nil {
		return nil, fmt.Errorf("observe the relay's backlog: %w", err)
	}
	return func() { _ = registration.Unregister() }, nil // it fails for a foreign registration only
}
