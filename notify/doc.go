// Package notify posts notifications to the address that the operator has configured (W7), signed as Standard Webhooks.
//
//	activity's transaction ──Enqueue──► notifications ──claim (SKIP LOCKED)──► POST ──2xx──► delivered_at
//	                                        ▲   one attempt, ours for 1 min      │
//	                                        └── next_attempt_at: 5 s, 30 s, 2 min, 10 min, 1 h, 2 h, 2 h ... ◄── else
//	                                                                             └── 410, or 24 h old ──► given_up_at
//
// It owns the outbox, the envelope {"type","timestamp","data"}, the signature and the retries. It does not own what is
// notified of, or when: that is enqueued within the transaction that decides it, so it is neither lost nor sent for
// something that did not happen.
//
// The webhook id is the notification's own id, the same at every attempt, and so is the body: a receiver that stores the
// id handles a repetition once. Enqueueing an id again changes nothing.
//
// Why failure is safe: a claim puts the next attempt a minute ahead, longer than any attempt takes, and commits before
// the request. A notifier that is killed leaves nothing behind but that minute. The receiver may then hear a thing twice,
// and never not at all, as long as it answers within a day. A receiver that never answers holds up nothing but itself.
//
// The address is an operator's, its name somebody else's: it is resolved anew for every connection and what it resolves
// to is checked on the socket (SSRF), so it cannot be pointed into the private network later. Redirects are not followed
// and no proxy is used. What the receiver answers beyond its status is neither kept nor logged.
//
// All times are real, and on the database's clock where they are compared.
package notify
