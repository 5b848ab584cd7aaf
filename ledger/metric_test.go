package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestTheGaugesTellHowMuchWaitsAndForHowLong(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	for range 3 {
		w.message(w.conversation(number), "inbound", monday)
	}
	w.exec(`UPDATE dirty_conversations SET attempts = 1, marked_at = now() - interval '2 hours'
		WHERE conversation_id = (SELECT min(conversation_id::text)::uuid FROM dirty_conversations)`)
	w.exec("UPDATE dirty_conversations SET marked_at = now() - interval '1 hour' WHERE attempts = 0")

	reader := sdk.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })
	registration, err := w.ledger.Observe()
	require.NoError(t, err)
	observe := func() map[string]float64 {
		var collected metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &collected))
		values := map[string]float64{}
		for _, scope := range collected.ScopeMetrics {
			for _, m := range scope.Metrics {
				switch data := m.Data.(type) {
				case metricdata.Gauge[int64]:
					for _, point := range data.DataPoints {
						state, _ := point.Attributes.Value("state")
						values[m.Name+state.AsString()] = float64(point.Value)
					}
				case metricdata.Gauge[float64]:
					values[m.Name] = data.DataPoints[0].Value
				}
			}
		}
		return values
	}
	seen := observe()
	require.InDelta(t, 3600, seen["reengage_settlement_backlog_age_seconds"], 60, "what is stuck does not hide how the rest gets on")
	delete(seen, "reengage_settlement_backlog_age_seconds")
	require.Equal(t, map[string]float64{"reengage_dirty_conversationsbillable": 2, "reengage_dirty_conversationsstuck": 1,
		"reengage_unpriced_messages": 0}, seen)
	require.NoError(t, registration.Unregister())
	require.Empty(t, observe())
}
