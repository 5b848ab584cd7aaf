package live

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// change is one that has been made, by an id under which it is told once.
type change struct {
	kind           Kind
	named, subject uuid.UUID // the conversation as written, and what of it
	template       templateKey
}

// ofConversation reports whether it is of a conversation.
func (c change) ofConversation() bool { return c.named != uuid.Nil }

// resolve says of what has changed how it stands at now, each thing once, in the order in which it changed.
func (r *reader) resolve(ctx context.Context, changes []db.Change, due []db.ListDueConversationsRow, now time.Time) ([]Event, error) {
	slices.SortFunc(changes, func(a, b db.Change) int { return int(a.Seq - b.Seq) })
	all, err := r.distinct(ctx, changes, due)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	watched, err := r.watched(ctx, all)
	if err != nil {
		return nil, err
	}
	subjects, err := r.subjects(ctx, all)
	if err != nil {
		return nil, err
	}
	told := map[change]bool{}
	var events []Event
	for _, c := range all {
		if !c.ofConversation() {
			events = append(events, subjects.event(c))
			continue
		}
		of, known := watched[c.named]
		once := change{kind: c.kind, named: of.Conversation.ID, subject: c.subject}
		if !known || told[once] && c.named == of.Conversation.ID {
			continue // one that has been merged is told under its own id too: a page may show that
		}
		told[once] = true
		e := Event{Kind: c.kind, Conversation: of.Conversation.ID, Named: c.named, Number: of.PhoneNumberID}
		e.Data = data(e, c.subject, of, subjects, now)
		events = append(events, e)
	}
	return events, nil
}

// distinct are the changes without repetitions; what concerns a contact is its conversations'.
func (r *reader) distinct(ctx context.Context, changes []db.Change, due []db.ListDueConversationsRow) ([]change, error) {
	var all []change
	seen := map[change]bool{}
	add := func(c change) {
		if !seen[c] {
			seen[c] = true
			all = append(all, c)
		}
	}
	var contacts []uuid.UUID
	for _, c := range changes {
		subject := uuid.Nil
		if c.SubjectID != nil {
			subject = *c.SubjectID
		}
		switch {
		case c.ConversationID != nil:
			add(change{kind: Kind(c.Kind), named: *c.ConversationID, subject: subject})
		case Kind(c.Kind) == KindContact:
			contacts = append(contacts, subject)
		case Kind(c.Kind) == KindCampaign:
			add(change{kind: KindCampaign, subject: subject})
		case Kind(c.Kind) == KindTemplate:
			add(change{kind: KindTemplate, template: keyOf(c.Template)})
		default:
			add(change{kind: Kind(c.Kind)})
		}
	}
	if len(contacts) > 0 {
		theirs, err := r.queries.ListConversationsOfContacts(ctx, contacts)
		if err != nil {
			return nil, err
		}
		for _, c := range theirs {
			add(change{kind: KindContact, named: c.ID})
		}
	}
	for _, d := range due {
		add(change{kind: KindStatus, named: d.ID})
	}
	return all, nil
}

// watched are the conversations of the changes, by the ids that these name.
func (r *reader) watched(ctx context.Context, all []change) (map[uuid.UUID]db.ListWatchedRow, error) {
	found := map[uuid.UUID]db.ListWatchedRow{}
	ids := idsOf(all, func(c change) (uuid.UUID, bool) { return c.named, c.named != uuid.Nil })
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := r.queries.ListWatched(ctx, ids)
	for _, row := range rows {
		found[row.Named] = row
	}
	return found, err
}

// subjects are the rows that changes are of, by their ids.
type subjects struct {
	reminders map[uuid.UUID]db.ListWatchedRemindersRow
	sends     map[uuid.UUID]db.ListWatchedSendsRow
	kept      map[uuid.UUID]db.ListWatchedKeptRepliesRow
	campaigns map[uuid.UUID]db.ListWatchedCampaignsRow
	templates map[templateKey]db.FindTemplatesRow
}

func (r *reader) subjects(ctx context.Context, all []change) (subjects, error) {
	s := subjects{map[uuid.UUID]db.ListWatchedRemindersRow{}, map[uuid.UUID]db.ListWatchedSendsRow{}, map[uuid.UUID]db.ListWatchedKeptRepliesRow{},
		map[uuid.UUID]db.ListWatchedCampaignsRow{}, nil}
	of := func(k Kind) []uuid.UUID {
		return idsOf(all, func(c change) (uuid.UUID, bool) { return c.subject, c.kind == k })
	}
	if ids := of(KindReminder); len(ids) > 0 {
		rows, err := r.queries.ListWatchedReminders(ctx, ids)
		if err != nil {
			return s, err
		}
		for _, row := range rows {
			s.reminders[row.ID] = row
		}
	}
	if ids := of(KindSend); len(ids) > 0 {
		rows, err := r.queries.ListWatchedSends(ctx, ids)
		if err != nil {
			return s, err
		}
		for _, row := range rows {
			s.sends[row.ID] = row
		}
	}
	if ids := of(KindKeptReply); len(ids) > 0 {
		rows, err := r.queries.ListWatchedKeptReplies(ctx, ids)
		if err != nil {
			return s, err
		}
		for _, row := range rows {
			s.kept[row.ID] = row
		}
	}
	if ids := of(KindCampaign); len(ids) > 0 {
		rows, err := r.queries.ListWatchedCampaigns(ctx, ids)
		if err != nil {
			return s, err
		}
		for _, row := range rows {
			s.campaigns[row.ID] = row
		}
	}
	var err error
	s.templates, err = r.templates(ctx, all)
	return s, err
}

// data is what an event says.
func data(e Event, subject uuid.UUID, of db.ListWatchedRow, s subjects, now time.Time) json.RawMessage {
	switch e.Kind {
	case KindStatus:
		f := of.Conversation.Facts()
		return encode(StatusEvent{e.Conversation, e.Number, conversation.Status(f, now), conversation.WindowAt(f, now), f.Unanswered(), now})
	case KindMessage:
		return encode(MessageEvent{e.Conversation, e.Number})
	case KindReminder:
		r := s.reminders[subject]
		return encode(ReminderEvent{e.Conversation, e.Number, subject, r.Deadline.UTC(), r.LeadSeconds, r.Outcome})
	case KindSend:
		d := s.sends[subject]
		return encode(SendEvent{e.Conversation, e.Number, subject, d.State, d.Reason})
	case KindKeptReply:
		return encode(KeptReplyEvent{e.Conversation, e.Number, subject, s.kept[subject].State})
	case KindCharge:
		return encode(ChargeEvent{e.Conversation, e.Number})
	}
	return nil
}

func idsOf(all []change, id func(change) (uuid.UUID, bool)) []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, c := range all {
		if x, wanted := id(c); wanted && !seen[x] {
			seen[x] = true
			ids = append(ids, x)
		}
	}
	return ids
}
