// Package serve is `starter serve`: the gateway, the relay and the notifier in one process, wired. It is a package of its
// own so that the development stack and end-to-end tests run exactly what is run in production.
//
//	listen ─► ops port answers ─► door answers 503 ─► clock known ─► door open: webhooks, API; relay and notifier run
//	                                    └── Postgres away: asked again every second
//
// It starts while Postgres or Temporal is away and says so at /readyz. It ends in an order in which nothing that was
// accepted is lost: no more requests, those under way are finished (streams of what changes end at once, their clients come
// again), then the relay and the notifier finish what they have begun, then the ops port closes. What the relay has not
// sent by then stays in the database for the next one.
//
// It owns the order of things. It does not own anything that is done.
package serve
