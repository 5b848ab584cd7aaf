package intake

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// content is the personal part of a message: what a person would read, and what it refers to.
type content struct {
	Text     string    `json:"text,omitempty"`
	Name     string    `json:"name,omitempty"`
	Username string    `json:"username,omitempty"`
	Subtype  string    `json:"subtype,omitempty"`
	Payload  string    `json:"payload,omitempty"`
	Answers  string    `json:"answers,omitempty"` // the wamid of the message answered to
	Referral *referral `json:"referral,omitempty"`
	System   *system   `json:"system,omitempty"`
	Errors   []fault   `json:"errors,omitempty"`
	// Of echoes: what the provider calls the type that for us is freeform.
	SentAs string `json:"sent_as,omitempty"`
	// Of statuses: what the sender gave along.
	OpaqueData string `json:"opaque_data,omitempty"`
}

type referral struct {
	SourceType string `json:"source_type,omitempty"`
	SourceID   string `json:"source_id,omitempty"`
	SourceURL  string `json:"source_url,omitempty"`
	Headline   string `json:"headline,omitempty"`
	Body       string `json:"body,omitempty"`
	ClickID    string `json:"click_id,omitempty"`
}

type system struct {
	NewPhone      string `json:"new_phone,omitempty"`
	NewBSUID      string `json:"new_bsuid,omitempty"`
	PreviousBSUID string `json:"previous_bsuid,omitempty"`
	Marketing     string `json:"marketing,omitempty"`
}

type fault struct {
	Code    int    `json:"code,omitempty"`
	Title   string `json:"title,omitempty"`
	Message string `json:"message,omitempty"`
	Details string `json:"details,omitempty"`
}

// addMessages puts messages into the batch.
func (s *Store) addMessages(ctx context.Context, b *batch, key eventKey, msgs []Message) error {
	numbers, err := s.numbersOf(ctx, msgs)
	if err != nil {
		return err
	}
	for i, m := range msgs {
		m = m.cleaned()
		if err := m.check(); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		d := draft{event: messageEvent(m), number: m.PhoneNumberID, person: -1, says: saidBy(m.Type, m.Text)}
		if m.ConversationID != (uuid.UUID{}) {
			n := numbers[m.ConversationID]
			d.number, d.BusinessNumberID, d.ConversationID = n.PhoneNumberID, n.BusinessNumberID, m.ConversationID
			b.conversations = append(b.conversations, m.ConversationID)
		} else {
			if err := b.addPerson(m.PhoneNumberID, m.Who, ""); err != nil {
				return fmt.Errorf("message %d: %w", i, err)
			}
			d.person = b.person(m.PhoneNumberID, m.Who)
		}
		d.ID = key.message(d.number, m.ID)
		b.given = append(b.given, d.ID)
		b.add(d)
	}
	return nil
}

// numbersOf finds the business numbers of conversations that are named by id.
func (s *Store) numbersOf(ctx context.Context, msgs []Message) (map[uuid.UUID]db.FindNumbersOfConversationsRow, error) {
	var ids []uuid.UUID
	for _, m := range msgs {
		if m.ConversationID != (uuid.UUID{}) && !slices.Contains(ids, m.ConversationID) {
			ids = append(ids, m.ConversationID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := db.New(s.pool).FindNumbersOfConversations(ctx, ids)
	if err != nil {
		return nil, err
	}
	if len(rows) < len(ids) {
		return nil, ErrUnknownConversation
	}
	numbers := map[uuid.UUID]db.FindNumbersOfConversationsRow{}
	for _, row := range rows {
		numbers[row.ID] = row
	}
	return numbers, nil
}

// messageEvent is a message as an event; its id, number and conversation are set by others.
func messageEvent(m Message) event {
	e := event{Kind: string(m.Kind), Type: m.Type, OccurredAt: m.OccurredAt, Wamid: m.ID,
		Content: contentOf(content{Text: m.Text, Name: m.Who.Name})}
	if m.Kind == Inbound {
		e.EntryPoint = m.EntryPoint
		e.OpensWindow = conversation.Counts(m.Type)
		e.NeedsSignal = e.OpensWindow
		return e
	}
	e.NeedsSignal = true
	if m.Type == "template" {
		e.Category = m.Category
	}
	return e
}

func (m Message) cleaned() Message {
	m.PhoneNumberID, m.ID, m.Type = clean(m.PhoneNumberID), clean(m.ID), clean(m.Type)
	m.Text, m.EntryPoint, m.Category = clean(m.Text), clean(m.EntryPoint), clean(m.Category)
	m.Who = m.Who.normalised()
	return m
}

// report says what became of each message given, in the order given; what was there before is read again.
func (s *Store) report(ctx context.Context, b *batch, done *attempt) ([]Stored, error) {
	stored := map[uuid.UUID]Stored{}
	var known []uuid.UUID
	for _, e := range done.events {
		if !done.fresh[e.ID] {
			known = append(known, e.ID)
			continue
		}
		stored[e.ID] = Stored{EventID: e.ID, ConversationID: e.ConversationID, New: true, OccurredAt: e.OccurredAt,
			ReceivedAt: b.now, Type: e.Type, Keyword: e.Keyword}
	}
	if len(known) > 0 {
		rows, err := db.New(s.pool).FindEvents(ctx, known)
		if err != nil {
			return nil, fmt.Errorf("read what was stored before: %w", err)
		}
		for _, r := range rows {
			stored[r.ID] = Stored{EventID: r.ID, ConversationID: *r.ConversationID, OccurredAt: r.OccurredAt.UTC(),
				ReceivedAt: r.ReceivedAt.UTC(), Type: r.Type, Keyword: Keyword(r.Keyword)}
		}
	}
	var out []Stored
	for i, id := range b.given {
		one := stored[id]
		one.New = one.New && slices.Index(b.given, id) == i
		out = append(out, one)
	}
	return out, nil
}
