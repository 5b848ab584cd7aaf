package ledger

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"reengage/db"
)

// observedFor is how long a count of the dirty conversations is told again instead of being taken anew.
const observedFor = 5 * time.Second

// Observe reports, from now on until the registration is undone, what waits to be billed: the gauge reengage_dirty_conversations
// (state billable: it waits for its turn; state stuck: it could not be billed and is tried again), how long the oldest of the
// former has waited in real time, and the messages without a price. While the database is away it says nothing.
func (l *Ledger) Observe() (metric.Registration, error) {
	meter := otel.Meter("reengage/ledger")
	dirty, err := meter.Int64ObservableGauge("reengage_dirty_conversations",
		metric.WithDescription("Conversations whose events have changed since they were billed"))
	if err != nil {
		return nil, err
	}
	age, err := meter.Float64ObservableGauge("reengage_settlement_backlog_age_seconds",
		metric.WithDescription("How long the oldest event that can be billed has waited for it"))
	if err != nil {
		return nil, err
	}
	unpriced, err := meter.Int64ObservableGauge("reengage_unpriced_messages",
		metric.WithDescription("Messages that are owed something for which no card states a price"))
	if err != nil {
		return nil, err
	}
	var last struct {
		sync.Mutex
		at    time.Time
		count db.CountDirtyConversationsRow
	}
	return meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		last.Lock()
		defer last.Unlock()
		if now := time.Now(); now.Sub(last.at) >= observedFor {
			count, err := db.New(l.pool).CountDirtyConversations(ctx)
			if err != nil {
				return err
			}
			last.at, last.count = now, count
		}
		o.ObserveInt64(dirty, last.count.Billable, metric.WithAttributes(attribute.String("state", "billable")))
		o.ObserveInt64(dirty, last.count.Stuck, metric.WithAttributes(attribute.String("state", "stuck")))
		o.ObserveFloat64(age, last.count.AgeSeconds)
		o.ObserveInt64(unpriced, last.count.Unpriced)
		return nil
	}, dirty, age, unpriced)
}
