package intake

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// attempt is one run of the transaction. Everything it locks, it locks in this order, and each in key order, so that
// transactions wait for one another but never in a circle: aliases, contacts, conversations, sends, what contacts agree to,
// outbound messages, events, the marks, and at last campaigns' recipients.
type attempt struct {
	*Store
	q *db.Queries
	b *batch

	numbers       map[string]number
	contacts      []uuid.UUID             // by person, where its contact had to be found or made
	conversations []db.Conversation       // by person
	locked        map[uuid.UUID]*facts    // by conversation
	roots         map[uuid.UUID]uuid.UUID // by how conversations were named: those that they are part of (W10)

	aliases []aliasKey // to be locked beside those that the batch names
	missing []aliasKey // that the next try must lock as well
	merged  []mergedTalk

	events   []event
	tracked  map[uuid.UUID]db.OutboundMessage // by message, as it was before
	fresh    map[uuid.UUID]bool               // events that were new
	problems []problem                        // found on the way
	disputes []event                          // windows that are disputed now (W9)
	disputed int                              // of them, those that nobody had noted
	stale    []uuid.UUID                      // conversations of which everything is to be billed again
	settled  bool                             // the facts are written
	toSignal bool                             // there is something to signal

	sends     map[uuid.UUID]*send                        // those that the batch concerns
	settling  map[uuid.UUID]bool                         // statuses that settle a send
	adopted   []db.AdoptStatusesRow                      // statuses that were parked before
	consents  []consent                                  // that follow from what is stored
	pending   map[uuid.UUID]conversation.TemplatePending // by conversation, where a send has moved
	paused    int                                        // senders
	failed    []failedOf                                 // sends that the provider had accepted
	late      bool                                       // the attempt that was to be settled was not in flight any more
	people    map[preferenceKey]uuid.UUID                // contacts of preferences
	templates []templateChange                           // that errors of sends tell of
	recorded  int                                        // consents that were not known
	optedOut  []uuid.UUID                                // contacts, of whom campaigns hear
}

func newAttempt(s *Store, q *db.Queries, b *batch, numbers map[string]number) *attempt {
	return &attempt{Store: s, q: q, b: b, numbers: numbers, locked: map[uuid.UUID]*facts{},
		roots: map[uuid.UUID]uuid.UUID{}, tracked: map[uuid.UUID]db.OutboundMessage{}, fresh: map[uuid.UUID]bool{},
		sends: map[uuid.UUID]*send{}, settling: map[uuid.UUID]bool{}, pending: map[uuid.UUID]conversation.TemplatePending{}}
}

func (a *attempt) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		a.identifyPreferences, a.lockConversations, a.settleSends, a.lockConsents, a.trackOutbound, a.storeEvents,
		a.adoptStatuses, a.moveDelivery, a.setFacts, a.noteMerged, a.markStale, a.noteFailures, a.recordConsents, a.noteTemplates,
		a.refreshRecipients, a.audit,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lockConversations locks every conversation that the batch concerns, and addresses its events.
func (a *attempt) lockConversations(ctx context.Context) error {
	messages := a.b.outboundMessages()
	if len(a.b.people)+len(a.b.conversations)+len(a.b.sends)+len(a.merged)+len(messages) > 0 {
		found := false
		var err error
		if len(a.b.links) == 0 { // else contacts are to be locked before conversations
			if found, err = a.lock(ctx, messages); err != nil {
				return err
			}
		}
		if !found {
			if err := a.identify(ctx); err != nil {
				return err
			}
			if found, err = a.lock(ctx, messages); err != nil {
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

// wantedPerson is somebody whose conversation is to be locked. The contact is set if it had to be found or made.
type wantedPerson struct {
	Index            int       `json:"index"`
	BusinessNumberID uuid.UUID `json:"business_number_id"`
	ContactID        uuid.UUID `json:"contact_id,omitzero"`
	Phone            string    `json:"phone,omitempty"`
	BSUID            string    `json:"bsuid,omitempty"`
	Name             string    `json:"name,omitempty"`
}

// lock reports false if some of the people are not known exactly as they are named.
func (a *attempt) lock(ctx context.Context, messages []uuid.UUID) (bool, error) {
	people := make([]wantedPerson, len(a.b.people))
	for i, p := range a.b.people {
		people[i] = wantedPerson{Index: i, BusinessNumberID: a.numbers[p.number].id, Phone: p.phone, BSUID: p.bsuid, Name: p.name}
		if a.contacts != nil {
			people[i].ContactID = a.contacts[i]
		}
	}
	named := a.b.conversations
	for _, m := range a.merged {
		named = append(named[:len(named):len(named)], m.root)
	}
	rows, err := a.q.LockConversations(ctx, db.LockConversationsParams{People: encode(people), MessageIds: messages,
		ConversationIds: named, SendIds: a.b.sends})
	if err != nil {
		return false, err
	}
	a.conversations = make([]db.Conversation, len(a.b.people))
	known := 0
	for _, r := range rows {
		if r.Conversation.MergedInto != nil {
			return false, errLostRace
		}
		f := r.Conversation.Facts()
		if a.locked[r.Conversation.ID] == nil {
			a.locked[r.Conversation.ID] = &facts{number: r.Conversation.BusinessNumberID, contact: r.Conversation.ContactID,
				before: f, start: f, after: f}
		}
		if len(r.StopWords) > len("null") {
			a.locked[r.Conversation.ID].stopWords = r.StopWords
		}
		a.roots[r.Named] = r.Conversation.ID
		a.locked[r.Conversation.ID].inCampaign = r.InCampaign
		if r.Market != "" {
			a.locked[r.Conversation.ID].market = r.Market
		}
		if r.Index >= 0 {
			a.conversations[r.Index] = r.Conversation
			known++
		}
	}
	a.unite()
	return known == len(a.b.people), nil
}

// address fills in what has been found out about the event's number and contact.
func (a *attempt) address(d draft) event {
	e := d.event
	if d.number != "" && e.BusinessNumberID == (uuid.UUID{}) {
		e.BusinessNumberID = a.numbers[d.number].id
	}
	if d.person >= 0 {
		e.ConversationID = a.conversations[d.person].ID
	} else if root := a.root(e.ConversationID); root != e.ConversationID {
		e.ConversationID, e.SignalledAt = root, time.Time{} // the run that has signalled it is not the one that decides on it
	}
	if f := a.locked[e.ConversationID]; f != nil {
		e.Market = f.market
		if len(d.says) > 0 {
			e.Keyword = a.wordsOf(f.stopWords).verdict(d.says)
		}
	}
	return e
}

// storeEvents writes the body, its problems, the events, the marks that they leave and, in the hope that all of the
// events are new, the facts that then follow.
func (a *attempt) storeEvents(ctx context.Context) error {
	problems := append(a.b.problems[:len(a.b.problems):len(a.b.problems)], a.problems...)
	if len(a.events) == 0 && a.b.body == nil {
		return nil
	}
	var changed []changedFacts
	plain := a.follow(func(event) bool { return true })
	if plain {
		changed = a.changed()
	}
	ids, err := a.q.StoreEvents(ctx, db.StoreEventsParams{
		ReceivedAt: a.b.now, RecordedAt: a.b.real,
		HasBody: a.b.body != nil, Body: a.b.body, Updates: int32(a.b.updates), Problems: encode(nonNil(problems)),
		Events: encode(nonNil(a.events)), ConversationIds: idsOf(changed), Facts: encode(nonNil(changed)),
		FactsIfNew: int32(len(a.events)),
	})
	for _, id := range ids {
		a.fresh[id] = true
	}
	for _, e := range a.events {
		a.toSignal = a.toSignal || a.fresh[e.ID] && e.NeedsSignal && e.SignalledAt.IsZero()
	}
	a.settled = plain && len(ids) == len(a.events)
	return err
}

// setFacts writes what follows from the new messages where storing them could not do so in one go: something was known
// already, or the log has to be asked.
func (a *attempt) setFacts(ctx context.Context) error {
	if a.settled {
		return nil
	}
	a.follow(func(e event) bool { return a.fresh[e.ID] })
	for id, f := range a.locked {
		if err := a.complete(ctx, id, f); err != nil {
			return err
		}
	}
	changed := a.changed()
	if len(changed) == 0 {
		return nil
	}
	disputes, err := a.q.StoreEvents(ctx, db.StoreEventsParams{
		ReceivedAt: a.b.now, RecordedAt: a.b.real, Problems: encode([]problem{}), Events: encode(nonNil(a.disputes)),
		ConversationIds: idsOf(changed), Facts: encode(changed),
	})
	a.disputed = len(disputes)
	return err
}

// markStale has conversations billed again from their beginning, where that is not a matter of the events stored.
func (a *attempt) markStale(ctx context.Context) error {
	if len(a.stale) == 0 {
		return nil
	}
	return a.q.MarkConversations(ctx, a.b.real, a.stale)
}

// committed counts what has come about and wakes the relay.
func (a *attempt) committed(ctx context.Context) {
	for _, e := range a.events {
		a.count.heard(ctx, e.Source, e.Kind, a.fresh[e.ID])
	}
	for _, p := range append(a.b.problems[:len(a.b.problems):len(a.b.problems)], a.problems...) {
		a.count.problem(ctx, p.Reason)
	}
	if a.disputed > 0 {
		a.count.disputed.Add(ctx, int64(a.disputed))
		a.log.WarnContext(ctx, "the provider considers windows closed that were open for us", "windows", a.disputed)
	}
	if a.paused > 0 {
		a.log.WarnContext(ctx, "business numbers send nothing any more: the provider has refused them", "numbers", a.paused)
	}
	for _, f := range a.failed {
		a.count.failed(ctx, f)
	}
	if a.toSignal {
		a.wakeRelay()
	}
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
