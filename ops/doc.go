// Package ops is how operators see a process from outside: metrics, liveness and readiness, on a port of their own, so
// that the one that customers reach shows none of it. It also holds what every listener of the system does alike.
//
//	/metrics   what otel instruments anywhere in the process have counted, for Prometheus
//	/healthz   200 as long as the process serves requests; nothing else is asked, or an outage of Postgres would make an
//	           orchestrator kill gateways that recover by themselves
//	/readyz    each check with its error and duration, asked anew; 503 if one fails
//
// It owns the meter provider, the listeners and their orderly end. It does not own any instrument: each package makes
// its own from otel.Meter. A failing check changes nothing but the answer.
package ops
