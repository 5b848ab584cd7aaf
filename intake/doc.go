// Package intake stores what happened, once, together with what follows from it.
//
//	webhook body ──whatsapp.Parse──┐
//	POST /v1/inbound, /outbound ───┼─▶ batch ──one transaction──▶ 200
//	messages signalled directly ───┤
//	what an attempt to send came to┘
//
//	numbers │ aliases → contacts → conversations → sends → consent → outbound messages → events → marks, facts │ recipients │ wake
//	        └───────────────────── everything is locked in this order, and each in key order ──────────────────────────────┘
//
// Campaigns' recipients follow at the end (recipients.go), in the transaction that brings news of their messages, answers or opt-outs.
//
// The transaction writes the raw body and what was wrong with it, the events that are new, the conversation rows' facts (W1
// by conversation.Facts, W3, W9), a dirty mark for billing, a lease row for the relay and, of what an API key or a person
// has told, the audit's row (audit.go). It costs a fixed number of round
// trips, however many updates a body holds: four for a message of somebody known (begin, lock, store, commit); only what
// names a send, says a keyword or tells of a template costs more. The facts are worked out before the events are stored and
// go along with them, in the hope that all of them are new; only if some are not, or if the row alone cannot tell, they go
// in a statement of their own.
//
// Before it, numbers that nobody has set up are registered, which keeps nobody waiting. After it, the relay is woken,
// without waiting for that: a notification within the transaction would keep all commits of the server apart.
//
// # The same event is one row
//
//	id = HMAC-SHA256(installation's key, tag | unique key), cut to a UUID of version 8
//	message, call: number + provider's id      status: wamid + state + time      notice: account + content
//
// So an id is the same in whatever order and by whatever way events arrive, and the row itself is the mark by which a
// second copy is known. A status names the id that its message has, or will have.
//
// # Statuses
//
// A message and its statuses meet in the lock of the message's row in outbound_messages: whoever comes first makes it. A
// status of an unknown message is parked there, without a conversation, and the transaction that stores the message adopts
// it. Once parked statuses say that a message has arrived and what category it is of, somebody sends by other means: the
// message is inferred (inferred.go), as an event of its own that counts until the message itself is reported. Deliveries
// move forward only. A failure takes the message out of the facts unless it arrived after all, whichever news came first;
// the facts are then computed again from the log. Of statuses, only a failure and one that settles a send are signalled. A
// dispute (W9) is not taken back by a later delivery: the contact's next message ends it. Where the window was open for us
// at that time it is an event of its own, the notice window_disputed, with an id that follows from the status'.
//
// # Sends
//
// What we send ourselves carries `<send id>/<attempt>`, and statuses bring it back. The message is an event here as well: by
// the answer to our request (SettleSend), or by the first status if the answer was lost.
//
//	state of the send        an answer with a wamid   no answer   a status that names it
//	in flight, this attempt  accepted                 unknown     parked: the request still hangs
//	unknown, planned again   accepted                             accepted, as of the first status; signalled
//	failed, refused          accepted                             accepted, unless it says failed
//	in flight, a later       a duplicate, in the log              the same, if it is of another message
//	attempt; accepted        so that it is rated
//
// The first answer that finds the send's lock free settles it: a status waits for that lock, and SettleSend looks at what was
// parked, so neither misses the other. Times are not changed afterwards. How far the message gets is outbound_messages' as
// of any other, and a failure writes its reason to the send.
//
// # What follows from a failure
//
// The same as from an error in the answer (error_codes.go, by whatsapp.ClassOf), whoever sent the message: a suppression, an
// opt-out (131050), a template's status, a paused number with one notification. A message that arrived nevertheless, or before,
// draws none.
//
// # Consent
//
// A word that opts out or in (keywords.go) is recorded with the message that says it, a wish expressed in the app with its
// notice, for the contact and so for all of its conversations. consent_changes is a set, and what holds is a function of it
// (contact_permissions): order of arrival and copies do not matter. The message's own conversation hears of it with the
// message, the others by the notice consent_changed.
//
// # Who it is (W10)
//
//	phone known, bsuid new, none before    the contact gains the bsuid
//	phone known, bsuid new, another before a recycled number: a new contact, without history; the phone moves
//	bsuid known, phone new                 the contact gains the phone
//	both known, two contacts               they are one if the phone's has no bsuid and the bsuid's no phone: merged;
//	                                       else the bsuid counts, nothing moves: problem identity_conflict
//	a system message links old and new     the contact gains the new names, and is merged with whoever has them (link.go); a
//	                                       phone of somebody known by another bsuid only moves, as it was recycled
//
// Of two conversations with one number the older stays and the other becomes part of it (merge.go): events keep their
// conversation, and whoever reads a conversation reads its parts (conversation_parts). What comes for a part is the root's. A
// merge needs the locks of all names of both contacts; if the payload does not give them all, the try ends and the next one
// begins with them, so that the order is kept.
//
// It owns events, facts, contacts and their conversations, consent and suppressions, and of templates what webhooks say. It does
// not own the wire's shapes (whatsapp), what a window is (conversation), how a send is planned and made (sending), signalling
// (relay) nor money (ledger).
//
// # Why failure is safe
//
// Nothing is acknowledged before the commit, and a repetition changes nothing. A transaction that loses a race (a deadlock,
// a contact that somebody else made at the same moment) runs again from the start. What cannot be understood is listed
// as a problem by place and reason, while its neighbours and the bytes are kept; what the database refuses although it
// could be read costs only itself: the body is then stored update by update. What refers to something missing is not
// refused for ever: numbers and key are read again, and the provider's retry succeeds. No log, error or metric says who
// wrote what.
package intake
