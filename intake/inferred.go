package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/whatsapp"
)

// Somebody sends by other means and tells us nothing: all that we hear is what became of the message. Once it has arrived and the
// provider has said what category it is of, it is inferred:
//
//	sent ─┐                                        ┌─▶ an outbound event of its own id, marked inferred,
//	read ─┼─▶ parked ──arrived, category, whose──▶─┤    at the time of the first status (message_at)
//	delivered ─┘                                   └─▶ the statuses are adopted
//	the message is reported later ──▶ its own event counts from then on, the inferred one no longer (superseded)
//
// It is done in a transaction of its own after the one that parks the statuses, because most statuses are of messages that are
// known, and nobody is to be made a contact for those. Nothing is acknowledged between the two, so that a body whose second
// transaction fails comes again, and finds its statuses parked.

// hint says to whom a message went that may have to be inferred.
type hint struct {
	message, inferred uuid.UUID // ids of events
	wamid             string
	number            string
	to                Identity
	path              string
}

// hint notes whom a status names, if it can be the last that was missing. Our own messages are recorded by who sends them.
func (b *batch) hint(key eventKey, u whatsapp.Update, s *whatsapp.Status) {
	says := arrived(delivery(s.State)) || s.Pricing != nil && s.Pricing.Category != ""
	_, _, ours := callbackOf(s.OpaqueData)
	if !says || ours || !s.Contact.Known() || u.PhoneNumberID == "" {
		return
	}
	b.hints = append(b.hints, hint{
		message: key.message(u.PhoneNumberID, s.ID), inferred: key.inferred(u.PhoneNumberID, s.ID), wamid: s.ID,
		number: u.PhoneNumberID, path: u.Path,
		to: Identity{Phone: s.Contact.WaID, BSUID: s.Contact.BSUID, Name: s.Contact.Name},
	})
}

// inferred is the id of a message that is known by its statuses alone.
func (k eventKey) inferred(phoneNumberID, wamid string) uuid.UUID {
	return k.id("inferred", phoneNumberID, wamid)
}

// infer stores the messages that follow from statuses which the attempt has parked, now or when they came first.
func (s *Store) infer(ctx context.Context, done *attempt) error {
	hints := slices.DeleteFunc(slices.Clone(done.b.hints), func(h hint) bool {
		tracked, found := done.tracked[h.message]
		return !found || tracked.ConversationID != nil
	})
	if len(hints) == 0 {
		return nil
	}
	var messages []uuid.UUID
	for _, h := range hints {
		messages = append(messages, h.message)
	}
	rows, err := db.New(s.pool).ListParkedStatuses(ctx, messages)
	if err != nil {
		return fmt.Errorf("infer messages: %w", err)
	}
	parked := map[uuid.UUID][]db.ListParkedStatusesRow{}
	for _, r := range rows {
		parked[r.MessageID] = append(parked[r.MessageID], r)
	}
	b := newBatch(done.b.source, done.b.real, done.b.now)
	for _, h := range hints {
		b.addInferred(h, parked[h.message])
	}
	if len(b.drafts) == 0 {
		return nil
	}
	if _, err := s.store(ctx, b); err != nil {
		return fmt.Errorf("infer messages: %w", err)
	}
	return nil
}

// addInferred takes a message in that its statuses, in order of time, say has arrived.
func (b *batch) addInferred(h hint, statuses []db.ListParkedStatusesRow) {
	arrival, category := false, ""
	for _, s := range statuses {
		if _, _, ours := callbackOf(s.OpaqueData); ours {
			return
		}
		arrival = arrival || arrived(delivery(s.Type))
		if category == "" {
			category = categoryOf(s.Pricing)
		}
	}
	if !arrival || category == "" || b.addPerson(h.number, h.to, h.path) != nil {
		return
	}
	e := event{ID: h.inferred, Kind: string(Outbound), Type: "template", Category: category, OccurredAt: statuses[0].OccurredAt,
		MessageID: h.message, Wamid: h.wamid, NeedsSignal: true, Inferred: true}
	if category == "service" {
		e.Type, e.Category = "freeform", ""
	}
	b.add(draft{event: e, number: h.number, person: b.person(h.number, h.to)})
}

func categoryOf(verdict json.RawMessage) string {
	var p pricing
	if len(verdict) == 0 || json.Unmarshal(verdict, &p) != nil {
		return ""
	}
	return p.Category
}

// dropKnown leaves out what is inferred of messages that have been reported meanwhile.
func (a *attempt) dropKnown() {
	a.events = slices.DeleteFunc(a.events, func(e event) bool { return e.Inferred && !a.tracked[e.MessageID].Inferred })
}
