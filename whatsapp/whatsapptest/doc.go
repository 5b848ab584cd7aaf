// Package whatsapptest plays Meta: it serves the part of the WhatsApp Cloud API
// that the project uses, and posts the webhooks that follow, for demos, for
// development and for tests.
//
//	   business                    Simulator                     gateway
//	      │ POST /v26.0/N/messages     │                            │
//	      ├───────────────────────────▶│ checks, script, accepts    │
//	      │◀────────── wamid ──────────┤                            │
//	                                   │ sent, delivered, read      │
//	                                   ├── signed webhook ─────────▶│
//	customer: Inbound, Prefer, Crowd   │    again until 200         │
//	reviewer: AnnounceTemplate,        │                            │
//	or POST /_sim/...                  │                            │
//
// # Owns
//
// The shapes of Meta's answers, errors and webhooks; the checks that Meta makes
// before it accepts a send; its own record of who wrote when, by which it
// decides what lies outside the window; the prices it would state; faults on
// request (Rule).
//
// # Does not own
//
// Any rule of the project. It states what Meta is known to do (whatsapp.md) and
// shares nothing with the code under test but the signature. It simulates no
// rate limits by itself; a script can answer 130429.
//
// # Control
//
//	GET  /_sim/messages, /_sim/requests, /_sim/webhooks   the records
//	POST /_sim/inbound      a customer writes (Inbound)
//	POST /_sim/script       what happens to the next sends (Rule)
//	POST /_sim/statuses     switches the usual statuses, or reports one
//	POST /_sim/templates    registers or replaces templates (Template); with
//	                        "announce": true the webhooks follow by which Meta
//	                        tells of a new status, quality or category
//	POST /_sim/preferences  a customer stops or resumes marketing (Preference)
//	POST /_sim/crowd        makes a crowd (Crowd), GET says what it has done
//	POST /_sim/webhook      signs and posts a body as it is
//
// Examples stand in control.go. Sends to a customer who has stopped marketing
// are accepted all the same, unless a script refuses them (131050).
//
// # Crowds
//
// A campaign needs thousands of customers who do by themselves what people do:
//
//	a template ─▶ stopped      refused, 131050 (marketing only)
//	           ─▶ unreachable  accepted, failed 131026
//	           ─▶ blocking     accepted, sent, nothing more
//	           ─▶ others       sent ─▶ delivered ─▶ read ─▶ answers, or STOP
//
// Who does what, and when, is a pure function of the crowd's seed and the phone
// (Crowd.Fate), so that what a campaign must result in is known beforehand. A
// script goes before the crowd. All their timers lie in one heap with one loop,
// and what is due together goes out in one body, as Meta does it.
//
// # Clocks
//
// Facts (the timestamps in webhooks, the times in the records, the 24 hours)
// are in the virtual time of Config.Now. Delays before a status are virtual as
// well, so they are waited for divided by Config.Scale. Retries and timeouts of
// webhooks wait for a network and are in real time.
//
// # What Meta states as a price
//
// Each `sent` and `delivered` (and a `read` that comes without one) carries
// `pricing` of model PMP, by the virtual time of the status:
//
//	in a free entry point                 free_entry_point, referral_conversion
//	free-form, until 2026-09-30           free_customer_service, service
//	free-form, from 2026-10-01            the same for the first 1,000 delivered
//	                                      of a number and month (UTC), then
//	                                      regular, service
//	utility template in an open window,
//	  until 2026-09-30                    free_customer_service, utility
//	any other template                    regular, its category
//
// A template that is not registered is taken for marketing. `failed` never
// carries a price. Months of another time zone, verdicts that differ between
// the statuses of one message, and the model in force until 2025-06-30 have to
// be posted by hand (Post).
//
// # Why failure is safe
//
// Webhooks are delivered at least once, in no promised order, and repeated with
// a growing delay until the receiver answers 200, as Meta does it, so a gateway
// that is down loses nothing. Everything is forgotten with the process; Remember
// restores the part that decides about windows.
package whatsapptest
