package ops

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
)

// seconds are the boundaries of every histogram in seconds: from a webhook's millisecond to a reminder or a backlog that
// is hours late. The SDK's own boundaries are meant for milliseconds.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400}

// NewMetrics makes the process's meter provider, sets it as otel's global one, and returns the handler that shows what
// has been counted in Prometheus' format. Call it before anything makes an instrument from a client of its own (the
// Temporal SDK); those of otel.Meter may be older.
func NewMetrics() (http.Handler, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	otel.SetMeterProvider(metric.NewMeterProvider(
		metric.WithReader(exporter),
		metric.WithView(metric.NewView(
			metric.Instrument{Name: "*", Kind: metric.InstrumentKindHistogram, Unit: "s"},
			metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: seconds}},
		)),
	))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), nil
}
