package intake

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// The states of a send that matter here; package sending, which is above, has them all.
const (
	sendInflight = "inflight"
	sendRefused  = "refused"
	sendFailed   = "failed"
)

// news is what the provider says of one attempt of a send: that it took it, in its answer, or how far the message has got.
type news struct {
	event   uuid.UUID // of the status; none: the answer to our request
	message uuid.UUID
	wamid   string
	state   string
	attempt int
	at      time.Time
}

func (n news) answer() bool { return n.event == (uuid.UUID{}) }

// send is a locked send, and what its news make of it.
type send struct {
	db.Send
	changed bool
	outcome string    // of the attempt that was settled; empty: none
	settled int       // that attempt
	records []news    // messages of it that are to be in the log, of each the first news
	by      uuid.UUID // the status that settled it; none: no status
}

// hear takes in news of a send, those that came first first:
//
//	its message is the one that we know           nothing: how far that gets is its row in outbound_messages
//	accepted, or in flight with a later attempt   another attempt arrived as well: a message of its own, and a duplicate
//	in flight with this attempt                   the answer accepts it; a status is parked until the request has ended
//	failed or refused, and the news is a failure  nothing: the same error can arrive twice
//	anything else                                 accepted: whatever we believed, the provider has it
func (s *send) hear(n news) {
	switch {
	case s.MessageID != nil && *s.MessageID == n.message:
	case s.AcceptedAt != nil, s.State == sendInflight && s.Attempt != int32(n.attempt):
		s.record(n)
		if n.state != failed && !s.PossibleDuplicate {
			s.PossibleDuplicate, s.changed = true, true
		}
	case s.State == sendInflight && !n.answer():
	case (s.State == sendFailed || s.State == sendRefused) && n.state == failed:
	default:
		s.accept(n)
	}
}

// accept settles the send with a message. Its time is that of the first news, and is not changed any more.
func (s *send) accept(n news) {
	if s.ReplacedBy != nil && n.state != failed {
		s.PossibleDuplicate = true // something else has gone instead
	}
	s.State, s.AcceptedAt, s.MessageID, s.UnknownAt = string(SendAccepted), &n.at, &n.message, nil
	s.Reason, s.ErrorCode = nil, nil
	s.changed, s.outcome, s.settled, s.by = true, string(SendAccepted), n.attempt, n.event
	s.record(n)
}

// lose notes that nobody knows what became of the attempt in flight.
func (s *send) lose(real time.Time) {
	s.State, s.UnknownAt = string(SendUnknown), &real
	s.changed, s.outcome, s.settled = true, string(SendUnknown), int(s.Attempt)
}

func (s *send) record(n news) {
	if !slices.ContainsFunc(s.records, func(known news) bool { return known.message == n.message }) {
		s.records = append(s.records, n)
	}
}

// settleSends locks the sends that the batch's statuses name, or that is to be settled, and finds out what becomes of them:
// messages of ours that are to be in the log are added to the batch's events.
func (a *attempt) settleSends(ctx context.Context) error {
	if len(a.b.sends) == 0 {
		return nil
	}
	rows, err := a.q.LockSends(ctx, a.b.sends)
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.ConversationID = a.root(row.ConversationID) // whose facts it moves
		if a.locked[row.ConversationID] == nil {
			return errLostRace // it was planned while we were on the way
		}
		a.sends[row.ID] = &send{Send: row}
	}
	if err := a.settleOne(ctx); err != nil {
		return err
	}
	for _, n := range a.newsOfSends() {
		a.sends[n.send].hear(n.news)
	}
	for _, row := range rows {
		a.addOutbound(a.sends[row.ID])
	}
	return a.writeSends(ctx)
}

type newsOfSend struct {
	send uuid.UUID
	news
}

// newsOfSends are the batch's statuses that name a send of the same business number, in the order in which they occurred.
func (a *attempt) newsOfSends() []newsOfSend {
	var all []newsOfSend
	for _, e := range a.events {
		if s := a.sends[e.SendID]; e.Kind == kindStatus && s != nil && s.BusinessNumberID == e.BusinessNumberID {
			all = append(all, newsOfSend{s.ID, news{event: e.ID, message: e.MessageID, wamid: e.Wamid, state: e.Type,
				attempt: e.SendAttempt, at: e.OccurredAt}})
		}
	}
	slices.SortStableFunc(all, func(a, b newsOfSend) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(rank(a.state), rank(b.state)))
	})
	return all
}

// rank orders the statuses of one second.
func rank(state string) int {
	return slices.Index([]string{"sent", failed, delivered, read}, delivery(state))
}

// addOutbound adds the messages of a send that have become known to the batch's events. The workflow hears of them by the
// status that settles the send, or by the answer of who settles it.
func (a *attempt) addOutbound(s *send) {
	if s.by != (uuid.UUID{}) {
		a.settling[s.by] = true
	}
	f := a.locked[s.ConversationID]
	for _, n := range s.records {
		e := event{ID: n.message, Kind: string(Outbound), Type: s.Type, Source: FromSend, BusinessNumberID: s.BusinessNumberID,
			ConversationID: s.ConversationID, OccurredAt: n.at.UTC().Truncate(time.Microsecond), Wamid: n.wamid, Market: f.market,
			NeedsSignal: true, SignalledAt: a.b.real, derived: true}
		if s.Category != nil {
			e.Category = *s.Category
		}
		if s.Text != nil {
			e.Content = contentOf(content{Text: *s.Text})
		}
		a.events = append(a.events, e)
	}
}

// settledSend is a row of sends on its way there.
type settledSend struct {
	ID                uuid.UUID  `json:"id"`
	State             string     `json:"state"`
	AcceptedAt        *time.Time `json:"accepted_at"`
	MessageID         *uuid.UUID `json:"message_id"`
	UnknownAt         *time.Time `json:"unknown_at"`
	PossibleDuplicate bool       `json:"possible_duplicate"`
	Attempt           int        `json:"attempt,omitempty"`
	Outcome           string     `json:"outcome,omitempty"`
}

func (a *attempt) writeSends(ctx context.Context) error {
	var rows []settledSend
	var conversations []uuid.UUID
	for _, s := range a.sends {
		if s.changed {
			rows = append(rows, settledSend{s.ID, s.State, s.AcceptedAt, s.MessageID, s.UnknownAt, s.PossibleDuplicate, s.settled, s.outcome})
			conversations = append(conversations, s.ConversationID)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := a.q.SettleSends(ctx, encode(rows), a.b.now); err != nil {
		return err
	}
	refreshed, err := a.q.RefreshTemplatePending(ctx, conversations)
	for _, r := range refreshed {
		a.pending[r.ID] = conversation.TemplatePending(r.TemplatePending)
	}
	return err
}
