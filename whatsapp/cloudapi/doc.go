// Package cloudapi talks to WhatsApp's Cloud API: it sends one message, and
// lists an account's templates.
//
// # Owns
//
// The requests' shapes, and what can be known of a send that went wrong:
//
//	       dial, TLS          POST              answer
//	          │                 │                 │
//	fails: not sent    bytes handed over?    200 with a wamid: accepted
//	                      no: not sent       4xx, 5xx with a Graph code: not sent
//	                      yes: unknown ────▶ anything else: unknown
//
// # Does not own
//
// What is done about it. A Client tries once; when and whether again is the
// workflow's to decide (sending.md, "A send's life"). It knows no rate limits
// and no database.
//
// # Why failure is safe
//
// The Cloud API has no idempotency key, so a request must never be made twice
// by accident, and never be called "not sent" when it may have been. Go's
// transport repeats a request on a dead connection if it can have its body
// again: here it cannot (no GetBody). It speaks HTTP/1.1, where a request has
// its connection to itself, so that what was handed over is known: the
// connection counts the bytes that the kernel took since it was given to the
// request, and is sealed before they are counted, so that none can follow.
// Redirects are not followed. Idle connections are given up early, for one that
// the other side closes in the moment of its reuse makes an unknown.
//
// Errors and logs hold codes, words from a fixed list and, of codes that we do
// not know, the provider's text without what may be a person's: no token, phone,
// id, address or message.
package cloudapi
