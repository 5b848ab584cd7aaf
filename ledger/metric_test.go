package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestTheGaugeTellsWhatCanBeBilledFromWhatWaits(t *testing.T) {
	w := newWorld(t)
	assigned, unassigned := w.shop("shop"), w.number("nobody-has-set-it-up")
	for range 2 {
		w.message(w.conversation(assigned), "inbound", monday)
	}
	w.message(w.conversation(unassigned), "inbound", monday)

	reader := sdk.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })
	registration, err := w.ledger.Observe()
	require.NoError(t, err)
	observe := func() map[string]int64 {
		var collected metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &collected))
		values := map[string]int64{}
		for _, scope := range collected.ScopeMetrics {
			for _, m := range scope.Metrics {
				require.Equal(t, "reengage_dirty_conversations", m.Name)
				for _, point := range m.Data.(metricdata.Gauge[int64]).DataPoints {
					state, _ := point.Attributes.Value("state")
					values[state.AsString()] = point.Value
				}
			}
		}
		return values
	}
	require.Equal(t, map[string]int64{"billable": 2, "waiting": 1}, observe())
	require.NoError(t, registration.Unregister())
	require.Empty(t, observe())
}
