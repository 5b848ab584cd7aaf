package live

import (
	"context"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics are the feed's instruments.
type metrics struct {
	streams metric.Int64UpDownCounter
	changes metric.Int64Counter
	cut     metric.Int64Counter
	lag     metric.Float64Histogram
}

func newMetrics() *metrics {
	meter := otel.Meter("reengage/live")
	m := &metrics{}
	var errs [4]error
	m.streams, errs[0] = meter.Int64UpDownCounter("reengage_live_streams", metric.WithDescription("Pages and clients that listen for changes."))
	m.changes, errs[1] = meter.Int64Counter("reengage_live_events", metric.WithDescription("What has changed, by kind, counted once however many listen."))
	m.cut, errs[2] = meter.Int64Counter("reengage_live_streams_cut", metric.WithDescription("Streams that were ended because they did not keep up."))
	m.lag, errs[3] = meter.Float64Histogram("reengage_live_lag_seconds",
		metric.WithDescription("From when the oldest change of a batch was written to when it was handed to those who listen."),
		metric.WithExplicitBucketBoundaries(.1, .25, .5, 1, 2.5, 5, 15, 60))
	for _, err := range errs {
		if err != nil {
			panic(err) // a name of ours is malformed
		}
	}
	return m
}

func (m *metrics) told(ctx context.Context, r reading) {
	if len(r.Events) == 0 {
		return
	}
	kinds := map[Kind]int64{}
	for _, e := range r.Events {
		kinds[e.Kind]++
	}
	for kind, n := range kinds {
		m.changes.Add(ctx, n, metric.WithAttributes(attribute.String("kind", string(kind))))
	}
	if !r.oldest.IsZero() {
		m.lag.Record(ctx, time.Since(r.oldest).Seconds())
	}
}
