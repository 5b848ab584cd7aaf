package campaign

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"reengage/db"
)

// metrics are the campaigns' instruments, one set per process.
type metrics struct {
	asked, held, repeated, stopped, failures metric.Int64Counter
}

var instruments = sync.OnceValue(func() *metrics {
	meter := otel.Meter("reengage/campaign")
	counter := func(name, description string) metric.Int64Counter {
		c, err := meter.Int64Counter(name, metric.WithDescription(description))
		if err != nil {
			panic(err) // a name of ours is malformed
		}
		return c
	}
	return &metrics{
		asked:    counter("reengage_campaign_asked", "Recipients whose conversations campaigns have told."),
		held:     counter("reengage_campaign_held", "Recipients held back before they were asked, because it is night where they live."),
		repeated: counter("reengage_campaign_asked_again", "Recipients asked again because nothing was heard of them: a signal, a worker or a run was lost."),
		stopped:  counter("reengage_campaign_stops", "Campaigns that have paused by themselves, by reason (K6)."),
		failures: counter("reengage_campaign_tell_failures", "Chunks of recipients who could not all be told; they are asked again."),
	}
})

func (c *Campaigns) count() *metrics { return instruments() }

func (m *metrics) again(ctx context.Context, n int) { m.repeated.Add(ctx, int64(n)) }

func (m *metrics) stop(ctx context.Context, r Reason) {
	m.stopped.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", string(r))))
}

// Observe reports how many campaigns there are by state, as long as it is not unregistered.
func (c *Campaigns) Observe() (metric.Registration, error) {
	meter := otel.Meter("reengage/campaign")
	gauge, err := meter.Int64ObservableGauge("reengage_campaigns", metric.WithDescription("Campaigns that are scheduled, running or paused, by state."))
	if err != nil {
		return nil, err
	}
	return meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		rows, err := db.New(c.Pool).CountCampaigns(ctx)
		if err != nil {
			return err
		}
		counts := map[State]int64{Scheduled: 0, Running: 0, Paused: 0} // zero is said, so that an alert can tell it from silence
		for _, r := range rows {
			counts[State(r.State)] = r.Campaigns
		}
		for state, n := range counts {
			o.ObserveInt64(gauge, n, metric.WithAttributes(attribute.String("state", string(state))))
		}
		return nil
	}, gauge)
}
