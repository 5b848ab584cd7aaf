package intake

import (
	"context"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// attempt is one run of the transaction. Everything it locks, it locks in this order, and each in key order, so that
// transactions wait for one another but never in a circle: numbers, aliases, contacts, conversations, outbound
// messages, events, and at last the marks.
type attempt struct {
	*Store
	q *db.Queries
	b *batch

	numbers       map[string]number
	contacts      []uuid.UUID          // by person, where its contact had to be found or made
	conversations []db.Conversation    // by person
	locked        map[uuid.UUID]*facts // by conversation

	events   []event
	tracked  map[uuid.UUID]db.OutboundMessage // by message, as it was before
	fresh    map[uuid.UUID]bool               // events that were new
	problems []problem                        // found on the way
	disputes int
}

// facts are a locked conversation's, before and after, and what else must be asked to know them.
type facts struct {
	before, after conversation.Facts
	market        string
	searchOpened  bool // a message arrived out of order (W1)
	sumOutbound   bool // a message failed, or did not after all
}

func newAttempt(s *Store, q *db.Queries, b *batch) *attempt {
	return &attempt{Store: s, q: q, b: b, numbers: map[string]number{}, locked: map[uuid.UUID]*facts{},
		tracked: map[uuid.UUID]db.OutboundMessage{}, fresh: map[uuid.UUID]bool{}}
}

func (a *attempt) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		a.findNumbers, a.lockConversations, a.trackOutbound, a.storeEvents, a.adoptStatuses, a.moveDelivery, a.setFacts,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lockConversations locks every conversation that the batch concerns, and addresses its events.
func (a *attempt) lockConversations(ctx context.Context) error {
	statusOf := a.b.messagesOfStatuses()
	if len(a.b.people)+len(a.b.conversations)+len(statusOf) > 0 {
		found, err := a.lock(ctx, statusOf)
		if err != nil {
			return err
		}
		if !found {
			if err := a.identify(ctx); err != nil {
				return err
			}
			if found, err = a.lock(ctx, statusOf); err != nil {
				return err
			}
			if !found {
				return errLostRace
			}
		}
	}
	for _, d := range a.b.drafts {
		a.events = append(a.events, a.address(d))
	}
	return nil
}

// lock reports false if some of the people are not known exactly as they are named.
func (a *attempt) lock(ctx context.Context, statusOf []uuid.UUID) (bool, error) {
	arg := db.LockConversationsParams{MessageIds: statusOf, ConversationIds: a.b.conversations}
	for i, p := range a.b.people {
		arg.Indexes = append(arg.Indexes, int32(i))
		arg.BusinessNumberIds = append(arg.BusinessNumberIds, a.numbers[p.number].id)
		arg.Phones = append(arg.Phones, p.phone)
		arg.Bsuids = append(arg.Bsuids, p.bsuid)
		arg.Names = append(arg.Names, p.name)
		contact := uuid.UUID{}
		if a.contacts != nil {
			contact = a.contacts[i]
		}
		arg.ContactIds = append(arg.ContactIds, contact)
	}
	rows, err := a.q.LockConversations(ctx, arg)
	if err != nil {
		return false, err
	}
	a.conversations = make([]db.Conversation, len(a.b.people))
	people := 0
	for _, r := range rows {
		f := r.Conversation.Facts()
		if a.locked[r.Conversation.ID] == nil {
			a.locked[r.Conversation.ID] = &facts{before: f, after: f}
		}
		if r.Market != "" {
			a.locked[r.Conversation.ID].market = r.Market
		}
		if r.Index >= 0 {
			a.conversations[r.Index] = r.Conversation
			people++
		}
	}
	return people == len(a.b.people), nil
}

// address fills in what has been found out about the event's number and contact.
func (a *attempt) address(d draft) event {
	e := d.event
	if d.number != "" && e.BusinessNumberID == (uuid.UUID{}) {
		e.BusinessNumberID = a.numbers[d.number].id
	}
	if d.person >= 0 {
		e.ConversationID = a.conversations[d.person].ID
	}
	if f := a.locked[e.ConversationID]; f != nil {
		e.Market = f.market
	}
	return e
}

// storeEvents writes the body, its problems, the events and the marks that they leave.
func (a *attempt) storeEvents(ctx context.Context) error {
	problems := append(a.b.problems[:len(a.b.problems):len(a.b.problems)], a.problems...)
	if len(a.events) == 0 && a.b.body == nil {
		return nil
	}
	rows, err := a.q.StoreEvents(ctx, db.StoreEventsParams{
		ReceivedAt: a.b.now, RecordedAt: a.b.real,
		HasBody: a.b.body != nil, Body: a.b.body, Updates: int32(a.b.updates), Problems: encode(nonNil(problems)),
		Events: encode(nonNil(a.events)),
	})
	for _, r := range rows {
		a.fresh[r.ID] = true
	}
	return err
}

// setFacts works out what follows from the new messages, and writes it where something does.
func (a *attempt) setFacts(ctx context.Context) error {
	for _, e := range a.events {
		f := a.locked[e.ConversationID]
		switch {
		case f == nil || !a.fresh[e.ID]:
		case e.OpensWindow:
			next, search := f.after.WithInbound(e.OccurredAt)
			f.after, f.searchOpened = next, f.searchOpened || search
		case e.Kind == string(Outbound) && !f.sumOutbound:
			f.after = f.after.WithOutbound(e.OccurredAt, e.Type == "template")
		}
	}
	type row struct {
		ID uuid.UUID `json:"id"`
		conversation.Facts
	}
	var changed []row
	for id, f := range a.locked {
		if err := a.complete(ctx, id, f); err != nil {
			return err
		}
		if f.after != f.before {
			changed = append(changed, row{id, f.after})
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return a.q.SetFacts(ctx, encode(changed))
}

// complete asks for what the row alone cannot tell.
func (a *attempt) complete(ctx context.Context, id uuid.UUID, f *facts) error {
	if f.searchOpened {
		opened, err := a.q.FindOpened(ctx, &id)
		if err != nil {
			return err
		}
		f.after.OpenedAt = opened.UTC()
	}
	if f.sumOutbound {
		sum, err := a.q.SumOutbound(ctx, &id)
		if err != nil {
			return err
		}
		f.after.LastOutboundAt, f.after.TemplateAcceptedAt = sum.LastOutboundAt.UTC(), sum.TemplateAcceptedAt.UTC()
		if sum.DisputedAt.After(f.after.DisputedAt) {
			f.after.DisputedAt = sum.DisputedAt.UTC()
			a.disputes++
		}
	}
	return nil
}

// committed counts what has come about, and remembers what may be.
func (a *attempt) committed(ctx context.Context) {
	a.rememberNumbers()
	for _, e := range a.events {
		a.count.heard(ctx, a.b.source, e.Kind, a.fresh[e.ID])
	}
	for _, p := range append(a.b.problems[:len(a.b.problems):len(a.b.problems)], a.problems...) {
		a.count.problem(ctx, p.Reason)
	}
	if a.disputes > 0 {
		a.count.disputed.Add(ctx, int64(a.disputes))
		a.log.WarnContext(ctx, "the provider considers windows closed that were open for us", "windows", a.disputes)
	}
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
