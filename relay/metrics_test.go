package relay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"reengage/db/dbtest"
)

// measured returns the sums and gauges that are exported, by name, over all labels.
func measured(t *testing.T, reader metric.Reader) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	values := map[string]float64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					values[m.Name] += float64(p.Value)
				}
			case metricdata.Gauge[int64]:
				values[m.Name] = float64(data.DataPoints[0].Value)
			case metricdata.Gauge[float64]:
				values[m.Name] = data.DataPoints[0].Value
			}
		}
	}
	return values
}

func TestMetricsTellSignalsMessagesAndTheBacklog(t *testing.T) {
	reader := metric.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })

	s := newStore(t, dbtest.New(t))
	ids := s.conversations(3)
	r := newRelay(s, &fakeTemporal{})
	for _, id := range ids[:2] {
		s.messages(id, 5, firstAt)
	}
	require.NoError(t, r.Drain(t.Context()))
	s.messages(ids[2], 1, firstAt)
	s.exec(`UPDATE relay_lease SET pending_since = clock_timestamp() - interval '90 s'`)

	stop, err := r.metrics.observe(r.queries)
	require.NoError(t, err)
	defer stop()
	values := measured(t, reader)
	require.Equal(t, 2.0, values["reengage_relay_signals"])
	require.Equal(t, 10.0, values["reengage_relay_messages"])
	require.Equal(t, 1.0, values["reengage_relay_pending_conversations"])
	require.InDelta(t, 90, values["reengage_relay_backlog_age_seconds"], (20 * time.Second).Seconds())

	require.NoError(t, r.Drain(t.Context()))
	stop()
	stop, err = r.metrics.observe(r.queries)
	require.NoError(t, err)
	defer stop()
	values = measured(t, reader)
	require.Equal(t, 3.0, values["reengage_relay_signals"])
	require.Zero(t, values["reengage_relay_pending_conversations"])
	require.Zero(t, values["reengage_relay_backlog_age_seconds"])
}
