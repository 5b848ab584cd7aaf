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

// Observe reports the gauge reengage_dirty_conversations from now on, until the registration is undone: the conversations
// that can be billed (state billable) and those whose number has no assignment (state waiting). While the database is away
// it says nothing.
func (l *Ledger) Observe() (metric.Registration, error) {
	meter := otel.Meter("reengage/ledger")
	gauge, err := meter.Int64ObservableGauge("reengage_dirty_conversations",
		metric.WithDescription("Conversations whose events have changed since they were billed"))
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
		o.ObserveInt64(gauge, last.count.Billable, metric.WithAttributes(attribute.String("state", "billable")))
		o.ObserveInt64(gauge, last.count.Waiting, metric.WithAttributes(attribute.String("state", "waiting")))
		return nil
	}, gauge)
}
