package config

import (
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	temporalotel "go.temporal.io/sdk/contrib/opentelemetry"
	temporallog "go.temporal.io/sdk/log"
)

// Temporal returns options for a Temporal client, from the SDK's own variables and profiles (TEMPORAL_ADDRESS,
// TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, TLS, API key, ...). The SDK's metrics go to the OpenTelemetry provider that is
// set at the time of this call, so set it first (ops.NewMetrics).
//
// Payloads are in JSON by the default data converter, so that a service in any language can read and write them.
func Temporal(log *slog.Logger) (client.Options, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return client.Options{}, fmt.Errorf("the TEMPORAL_ variables or the profile they name cannot be used: %w", err)
	}
	options.Logger = temporallog.NewStructuredLogger(log)
	options.MetricsHandler = temporalotel.NewMetricsHandler(temporalotel.MetricsHandlerOptions{
		UseMonotonicCounters: true,
		// By default an instrument that cannot be made would end the process.
		OnError: func(err error) { log.Error("a Temporal metric cannot be recorded", "error", err) },
	})
	// There from the start, so that an alert sees the first one; the SDK itself begins with the first.
	options.MetricsHandler.Counter("temporal_corrupted_signals").Inc(0)
	return options, nil
}
