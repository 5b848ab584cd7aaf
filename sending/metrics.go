package sending

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"reengage/db"
)

// instruments count what becomes of sends. No label names a person.
type instruments struct {
	sends     metric.Int64Counter
	attempts  metric.Int64Counter
	unknown   metric.Int64Counter
	throttles metric.Int64Counter
	pauses    metric.Int64Counter
}

func newInstruments() instruments {
	m := otel.Meter("reengage/sending")
	counter := func(name, help string) metric.Int64Counter {
		c, err := m.Int64Counter(name, metric.WithDescription(help))
		if err != nil {
			panic(err) // the name is a constant
		}
		return c
	}
	return instruments{
		sends:     counter("reengage_sends", "Sends, by origin, what the gate or the provider ruled, and the state that they are in since."),
		attempts:  counter("reengage_send_attempts", "Requests to the provider, by outcome and class of the error."),
		unknown:   counter("reengage_unknown_error_codes", "Errors of the provider that the table of classes does not have, by code."),
		throttles: counter("reengage_send_throttles", "How often the provider asked to slow down, by whom: number or pair."),
		pauses:    counter("reengage_sender_pauses", "Numbers that were paused because of the provider's answer, by class."),
	}
}

func (i instruments) ruled(ctx context.Context, o Origin, state State, code string) {
	i.sends.Add(ctx, 1, metric.WithAttributes(attribute.String("origin", string(o)), attribute.String("state", string(state)),
		attribute.String("reason", code)))
}

func (i instruments) attempted(ctx context.Context, outcome, class string) {
	i.attempts.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome), attribute.String("class", class)))
}

func (i instruments) unknownCode(ctx context.Context, code int) {
	i.unknown.Add(ctx, 1, metric.WithAttributes(attribute.String("code", strconv.Itoa(code))))
}

func (i instruments) throttled(ctx context.Context, whom string) {
	i.throttles.Add(ctx, 1, metric.WithAttributes(attribute.String("whom", whom)))
}

func (i instruments) paused(ctx context.Context, class string) {
	i.pauses.Add(ctx, 1, metric.WithAttributes(attribute.String("class", class)))
}

// observedFor is how long a count is told again instead of being taken anew.
const observedFor = 5 * time.Second

// Observe reports, from now on until the registration is undone, how many numbers are paused and of how many sends nobody
// knows what became of them (state awaited: a status is waited for; state given_up: none came in time).
func (s *Sender) Observe() (metric.Registration, error) {
	meter := otel.Meter("reengage/sending")
	paused, err := meter.Int64ObservableGauge("reengage_paused_numbers", metric.WithDescription("Business numbers that send nothing until somebody resumes them"))
	if err != nil {
		return nil, err
	}
	unknown, err := meter.Int64ObservableGauge("reengage_unknown_sends", metric.WithDescription("Sends of which nobody knows whether they were accepted"))
	if err != nil {
		return nil, err
	}
	var last struct {
		sync.Mutex
		at    time.Time
		count db.CountSendTroubleRow
	}
	return meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		last.Lock()
		defer last.Unlock()
		if now := time.Now(); now.Sub(last.at) >= observedFor {
			count, err := db.New(s.Pool).CountSendTrouble(ctx)
			if err != nil {
				return fmt.Errorf("observe sends: %w", err)
			}
			last.at, last.count = now, count
		}
		o.ObserveInt64(paused, last.count.PausedNumbers)
		o.ObserveInt64(unknown, last.count.Awaited, metric.WithAttributes(attribute.String("state", "awaited")))
		o.ObserveInt64(unknown, last.count.GivenUp, metric.WithAttributes(attribute.String("state", "given_up")))
		return nil
	}, paused, unknown)
}
