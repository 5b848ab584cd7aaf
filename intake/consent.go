package intake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// By which way a contact has told us, beside those that callers name.
const (
	sourceKeyword = "keyword"         // STOP, START
	sourceApp     = "whatsapp"        // stop and resume of marketing messages
	sourceStopped = "whatsapp_131050" // a message was refused because of it
)

// consentChanged is the type of the notice by which a conversation's run is told.
const consentChanged = "consent_changed"

// consent is a contact's word on a category.
type consent struct {
	contact  uuid.UUID
	category conversation.Category
	optedIn  bool
	source   string
	at       time.Time
	// told is the conversation whose run knows: the message, or the signal, that says so is its own.
	told uuid.UUID
}

// keyword is the verdict by which the log tells the two words apart.
func (c consent) keyword() Keyword {
	if c.optedIn {
		return Start
	}
	return Stop
}

// changedConsent is a row of consent_changes on its way there.
type changedConsent struct {
	ContactID  uuid.UUID             `json:"contact_id"`
	Category   conversation.Category `json:"category"`
	OptedIn    bool                  `json:"opted_in"`
	Source     string                `json:"source"`
	OccurredAt time.Time             `json:"occurred_at"`
}

// row is to the second, which is how exactly the provider tells the time: of an opt-in and an opt-out within one second nobody
// knows which came later, and then the opt-out holds.
func (c consent) row() changedConsent {
	return changedConsent{c.contact, c.category, c.optedIn, c.source, c.at.UTC().Truncate(time.Second)}
}

// lockConsents locks what the contacts agree to that may change that now, before anything is marked: whoever tells all
// conversations of a contact takes the marks of all of them.
func (a *attempt) lockConsents(ctx context.Context) error {
	var contacts []uuid.UUID
	for _, e := range a.events {
		f := a.locked[e.ConversationID]
		if f != nil && (e.Keyword != "" || e.Kind == kindStatus && e.ErrorCode == marketingStopped) {
			contacts = append(contacts, f.contact)
		}
	}
	for _, id := range a.people {
		contacts = append(contacts, id)
	}
	for i := range a.b.consents {
		c := &a.b.consents[i]
		if c.told != (uuid.UUID{}) {
			f := a.locked[c.told]
			if f == nil {
				return ErrUnknownConversation
			}
			c.contact = f.contact
		}
		contacts = append(contacts, c.contact)
	}
	if len(contacts) == 0 {
		return nil
	}
	return a.q.LockConsents(ctx, contacts)
}

// recordConsents records what contacts have agreed to or not, by a word of theirs, in the app, by an error or by way of the
// API, and has every conversation of a contact told.
func (a *attempt) recordConsents(ctx context.Context) error {
	said := append(a.consentsOfMessages(), a.consentsOfPreferences()...)
	said = append(append(said, a.consents...), a.b.consents...)
	done, err := recordAndTell(ctx, a.q, a.b.source, a.b.real, a.b.now, said)
	a.recorded, a.toSignal, a.optedOut = done.recorded, a.toSignal || done.told, done.optedOut
	return err
}

// consentsOfMessages are the words among the batch's messages that are news.
func (a *attempt) consentsOfMessages() []consent {
	var all []consent
	for _, e := range a.events {
		if f := a.locked[e.ConversationID]; f != nil && e.Kind == string(Inbound) && e.Keyword != "" && a.fresh[e.ID] {
			all = append(all, consent{contact: f.contact, category: conversation.Marketing, optedIn: e.Keyword == Start,
				source: sourceKeyword, at: e.OccurredAt, told: e.ConversationID})
		}
	}
	return all
}

// changes are what came of recording what contacts have said: how much was new, whether there is something to signal, and who of
// those that campaigns have written to has opted out.
type changes struct {
	recorded int
	told     bool
	optedOut []uuid.UUID
}

// recordAndTell records changes, of which some may be known, and tells of the others.
func recordAndTell(ctx context.Context, q *db.Queries, source Source, real, now time.Time, said []consent) (done changes, err error) {
	if len(said) == 0 {
		return done, nil
	}
	rows := make([]changedConsent, len(said))
	for i, c := range said {
		rows[i] = c.row()
	}
	recorded, err := q.RecordConsents(ctx, encode(rows))
	if err != nil {
		return done, err
	}
	done.recorded = len(recorded)
	for _, r := range recorded {
		if r.InCampaign {
			done.optedOut = append(done.optedOut, r.ContactID)
		}
		if err := q.Audit(ctx, "change_consent", "contact/"+r.ContactID.String(), db.Facts{"category": r.Category, "opted_in": r.OptedIn}); err != nil {
			return done, err
		}
	}
	news := map[changedConsent]bool{}
	for _, r := range recorded {
		news[changedConsent{r.ContactID, conversation.Category(r.Category), r.OptedIn, r.Source, r.OccurredAt.UTC()}] = true
	}
	known := func(c consent) bool { return !news[c.row()] }
	done.told, err = tell(ctx, q, source, real, now, slices.DeleteFunc(said, known))
	return done, err
}

// tell stores a notice for each conversation that does not know yet. Which of them has an open run is the relay's to find
// out: to tell nobody costs less than to ask who waits for what.
func tell(ctx context.Context, q *db.Queries, source Source, real, now time.Time, changes []consent) (told bool, err error) {
	said := map[uuid.UUID][]consent{}
	for _, c := range changes {
		said[c.contact] = append(said[c.contact], c)
	}
	if len(said) == 0 {
		return false, nil
	}
	conversations, err := q.ListConversationsOfContacts(ctx, slices.Collect(maps.Keys(said)))
	if err != nil {
		return false, err
	}
	var notices []event
	for _, v := range conversations {
		for _, c := range said[v.ContactID] {
			if c.told != v.ID {
				notices = append(notices, c.notice(v.ID, v.BusinessNumberID, source))
			}
		}
	}
	if len(notices) == 0 {
		return false, nil
	}
	_, err = q.StoreEvents(ctx, db.StoreEventsParams{ReceivedAt: now, RecordedAt: real, Problems: encode([]problem{}),
		Events: encode(notices), ConversationIds: []uuid.UUID{}, Facts: encode([]changedFacts{})})
	return true, err
}

// OptOut is an opt-out of marketing that follows from the answer to a send (131050).
type OptOut struct {
	ContactID uuid.UUID
	Source    string
	At        time.Time // virtual
}

// RecordOptOut records an opt-out within the caller's transaction, which has locked one conversation and stored nothing for
// another, and has all of the contact's open runs told, that conversation's included. real and now are the time on both clocks.
func RecordOptOut(ctx context.Context, q *db.Queries, real, now time.Time, o OptOut) error {
	if err := q.LockConsents(ctx, []uuid.UUID{o.ContactID}); err != nil {
		return fmt.Errorf("record opt-out: %w", err)
	}
	said := consent{contact: o.ContactID, category: conversation.Marketing, source: o.Source, at: o.At}
	done, err := recordAndTell(ctx, q, FromSend, real, now, []consent{said})
	if err == nil && len(done.optedOut) > 0 {
		err = RefreshRecipients(ctx, q, nil, done.optedOut)
	}
	if err != nil {
		return fmt.Errorf("record opt-out: %w", err)
	}
	return nil
}

// RecordWords records what contacts have said elsewhere, within the caller's transaction, which holds LockConsents for those of them that
// have conversations and has stored no event; it has their open runs told. Each word names its category. It returns whether there is
// something to signal. real and now are the time on both clocks.
func RecordWords(ctx context.Context, q *db.Queries, real, now time.Time, words []ConsentChange) (bool, error) {
	said := make([]consent, len(words))
	for i, w := range words {
		said[i] = consent{contact: w.ContactID, category: w.Category, optedIn: w.OptedIn, source: w.Source, at: w.OccurredAt}
	}
	done, err := recordAndTell(ctx, q, FromAPI, real, now, said)
	if err == nil && len(done.optedOut) > 0 {
		err = RefreshRecipients(ctx, q, nil, done.optedOut)
	}
	if err != nil {
		return false, fmt.Errorf("record consents: %w", err)
	}
	return done.told, nil
}

// notice tells a conversation. Its id follows from what is said and to whom.
func (c consent) notice(id, number uuid.UUID, source Source) event {
	return event{
		ID:   eventKey(id[:]).id(consentChanged, string(c.category), string(c.keyword()), c.source, c.at.UTC().Format(time.RFC3339Nano)),
		Kind: kindNotice, Type: consentChanged, Source: source, BusinessNumberID: number, ConversationID: id, OccurredAt: c.at,
		Category: string(c.category), Keyword: c.keyword(), NeedsSignal: true,
		Content: encode(map[string]string{"consent_source": c.source}),
	}
}
