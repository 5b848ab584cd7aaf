package intake

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// instruments count what intake does. No label names a person.
type instruments struct {
	events   metric.Int64Counter
	problems metric.Int64Counter
	disputed metric.Int64Counter
	failures metric.Int64Counter
}

func newInstruments() instruments {
	m := otel.Meter("reengage/intake")
	counter := func(name, help string) metric.Int64Counter {
		c, err := m.Int64Counter(name, metric.WithDescription(help))
		if err != nil {
			panic(err) // the name is a constant
		}
		return c
	}
	return instruments{
		events:   counter("reengage_intake_events", "Events heard of, by source, kind and whether they were new."),
		problems: counter("reengage_intake_problems", "Pieces that could not be understood, by reason."),
		disputed: counter("reengage_window_disputed", "Windows that the provider considers closed and we did not (W9)."),
		failures: counter("reengage_failed_sends", "Sends whose messages failed after the provider had accepted them, by origin and why."),
	}
}

func (i instruments) heard(ctx context.Context, source Source, kind string, isNew bool) {
	i.events.Add(ctx, 1, metric.WithAttributes(attribute.String("source", string(source)),
		attribute.String("kind", kind), attribute.Bool("new", isNew)))
}

func (i instruments) problem(ctx context.Context, reason string) {
	i.problems.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", reason)))
}

func (i instruments) failed(ctx context.Context, f failedOf) {
	i.failures.Add(ctx, 1, metric.WithAttributes(attribute.String("origin", f.origin), attribute.String("reason", f.reason)))
}
