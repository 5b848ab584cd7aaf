package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// listMarks returns a tally for each of the conversations that exists, in order of their ids.
func listMarks(ctx context.Context, q *db.Queries, ids []uuid.UUID) ([]*tally, error) {
	marks, err := q.ListDirtyMarks(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("list marks: %w", err)
	}
	tallies := make([]*tally, len(marks))
	for i, m := range marks {
		tallies[i] = newTally(m)
	}
	slices.SortFunc(tallies, byConversation)
	return tallies, nil
}

// load fills in the events to be rated and the charges to be compared with, in three statements for all tallies that are due.
func load(ctx context.Context, q *db.Queries, tallies []*tally) error {
	due := map[uuid.UUID]*tally{}
	var ids []uuid.UUID
	var since []time.Time
	var memory []float64
	for _, t := range tallies {
		if t.due() {
			due[t.conversation] = t
			ids, since, memory = append(ids, t.conversation), append(since, t.since), append(memory, t.memory.Seconds())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := q.FindReaches(ctx, ids, since, memory)
	if err != nil {
		return fmt.Errorf("find reaches: %w", err)
	}
	reaches := make([]time.Time, len(rows))
	for i, r := range rows {
		ids[i], reaches[i] = r.ConversationID, r.Reach
		due[r.ConversationID].reach = r.Reach.UTC()
	}
	events, err := q.ListRatedEvents(ctx, ids, reaches)
	if err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	for _, e := range events {
		t := due[e.ConversationID]
		t.events = append(t.events, t.event(e))
	}
	earliest := make([]time.Time, len(ids))
	for i, id := range ids {
		earliest[i] = due[id].earliest()
	}
	posted, err := q.ListPostedRows(ctx, ids, earliest)
	if err != nil {
		return fmt.Errorf("list charges: %w", err)
	}
	for _, p := range posted {
		t := due[p.ConversationID]
		t.posted = append(t.posted, p)
	}
	return nil
}

// earliest is an instant before which nothing that was read can have been charged: statuses need not come after their message.
func (t *tally) earliest() time.Time {
	earliest := t.reach
	for _, e := range t.events {
		if e.At.Before(earliest) {
			earliest = e.At
		}
	}
	return earliest
}

// event is a row of the log as rating reads it.
func (t *tally) event(r db.ListRatedEventsRow) tariff.Event {
	e := tariff.Event{ID: r.ID.String(), At: r.OccurredAt.UTC()}
	switch {
	case r.Kind == "inbound":
		e.Type = tariff.Inbound
	case r.Type == "template":
		e.Type = tariff.Template
	case r.Kind == "outbound":
		e.Type = tariff.Freeform
	case r.Type == "failed":
		e.Type = tariff.Failed
	default:
		e.Type = tariff.Delivered // also read or played where nobody said delivered
	}
	if r.MessageID != nil {
		e.Message = r.MessageID.String()
		e.Pricing = pricing(r.Pricing)
		e.EntryPointUntil = instant(r.EntryPointUntil)
		return e
	}
	e.Conversation, e.Number = t.conversation.String(), t.number.String()
	e.Market, e.Category, e.EntryPoint = text(r.Market), category(text(r.Category)), text(r.EntryPoint)
	return e
}

// pricing reads the provider's verdict. One that cannot be read is none (P6): the provider may change it.
func pricing(raw json.RawMessage) *tariff.Pricing {
	var v struct {
		Model    string `json:"model"`
		Type     string `json:"type"`
		Category string `json:"category"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	return &tariff.Pricing{Model: v.Model, Type: v.Type, Category: category(v.Category)}
}

// category reads a hyphen as an underscore, as everything that rates does.
func category(s string) string { return strings.ReplaceAll(s, "-", "_") }
