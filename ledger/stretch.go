package ledger

import (
	"bytes"
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

// forever is the last instant of marks and stretches.
var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// stretch is a part of a conversation that can be rated by itself: nothing outside it lies within the memory of its schemes.
type stretch struct {
	conversation uuid.UUID
	parts        []uuid.UUID // the conversation and what has been merged into it (W10)
	number       uuid.UUID
	since, until time.Time // both in it; before it is loaded, what must be in it
	memory       time.Duration
	events       []tariff.Event
	superseded   []uuid.UUID // messages that were inferred, and rated, before they were known themselves
}

// bounds are stretches as statements take them, each once for every part of its conversation.
type bounds struct {
	ids          []uuid.UUID
	since, until []time.Time
}

func (b *bounds) add(s *stretch) {
	for _, part := range s.parts {
		b.ids, b.since, b.until = append(b.ids, part), append(b.since, s.since), append(b.until, s.until)
	}
}

// loadStretches extends each stretch to the gaps around it and reads its events, in two statements. Conversations are distinct.
func loadStretches(ctx context.Context, q *db.Queries, stretches []*stretch) error {
	if len(stretches) == 0 {
		return nil
	}
	byPart := make(map[uuid.UUID]*stretch, len(stretches))
	var asked db.FindReachesParams
	for _, s := range stretches {
		for _, part := range s.parts {
			byPart[part] = s
		}
		asked.ConversationIds = append(asked.ConversationIds, s.conversation)
		asked.Since, asked.Until = append(asked.Since, s.since), append(asked.Until, s.until)
		asked.MemorySeconds = append(asked.MemorySeconds, s.memory.Seconds())
	}
	reaches, err := q.FindReaches(ctx, asked)
	if err != nil {
		return fmt.Errorf("find reaches: %w", err)
	}
	var found bounds
	for _, r := range reaches {
		s := byPart[r.ConversationID]
		s.since, s.until = r.Lo.UTC(), r.Hi.UTC()
		found.add(s)
	}
	rows, err := q.ListRatedEvents(ctx, found.ids, found.since, found.until)
	if err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	read := map[*stretch]*reading{}
	for i := range rows {
		s := byPart[rows[i].ConversationID]
		r := read[s]
		if r == nil {
			r = &reading{stretch: s}
			read[s] = r
		}
		r.add(&rows[i])
	}
	for _, r := range read {
		r.finish()
	}
	return nil
}

// reading turns rows of the log into events as rating reads them.
type reading struct {
	*stretch
	id, of   string // of conversation and number
	statuses []*db.ListRatedEventsRow
}

func (r *reading) add(row *db.ListRatedEventsRow) {
	if row.Superseded {
		r.superseded = append(r.superseded, row.ID)
		return
	}
	if row.MessageID != nil {
		r.statuses = append(r.statuses, row)
		return
	}
	if r.id == "" {
		r.id, r.of = r.conversation.String(), r.number.String()
	}
	e := tariff.Event{ID: row.ID.String(), At: row.OccurredAt.UTC(), Type: tariff.Freeform, Conversation: r.id, Number: r.of,
		Market: text(row.Market), Category: category(text(row.Category)), EntryPoint: text(row.EntryPoint)}
	switch {
	case row.Kind == "inbound":
		e.Type = tariff.Inbound
	case row.Type == "template":
		e.Type = tariff.Template
	}
	r.events = append(r.events, e)
}

// finish adds the statuses, message by message.
func (r *reading) finish() {
	slices.SortFunc(r.statuses, func(a, b *db.ListRatedEventsRow) int {
		if c := bytes.Compare(a.MessageID[:], b.MessageID[:]); c != 0 {
			return c
		}
		if c := a.OccurredAt.Compare(b.OccurredAt); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	for from := 0; from < len(r.statuses); {
		to := from + 1
		for to < len(r.statuses) && *r.statuses[to].MessageID == *r.statuses[from].MessageID {
			to++
		}
		r.events = appendStatuses(r.events, r.statuses[from:to])
		from = to
	}
}

// appendStatuses appends what one message's statuses, in order of time, mean to rating. Who has read or played a message has
// received it, even if nobody said so. What the provider says of money may stand on any of its statuses; where none of those
// that say delivered has it, the first of them gets what is stated first, whatever came first here.
func appendStatuses(events []tariff.Event, statuses []*db.ListRatedEventsRow) []tariff.Event {
	said := slices.ContainsFunc(statuses, func(s *db.ListRatedEventsRow) bool { return s.Type == "delivered" })
	message := statuses[0].MessageID.String()
	first := -1
	var verdict, verdictOf *tariff.Pricing // of other statuses; of those that say delivered
	var end, endOf time.Time
	for _, s := range statuses {
		e := tariff.Event{ID: s.ID.String(), At: s.OccurredAt.UTC(), Type: tariff.Failed, Message: message}
		p, until := pricing(s.Pricing), instant(s.EntryPointUntil)
		if s.Type == "delivered" || !said && (s.Type == "read" || s.Type == "played") {
			e.Type, e.Pricing, e.EntryPointUntil = tariff.Delivered, p, until
			verdictOf, endOf = earlier(verdictOf, p), earlierEnd(endOf, until)
			if first < 0 {
				first = len(events)
			}
		} else {
			verdict, end = earlier(verdict, p), earlierEnd(end, until)
			if s.Type != "failed" {
				continue
			}
		}
		events = append(events, e)
	}
	if first >= 0 && verdictOf == nil {
		events[first].Pricing = verdict
	}
	if first >= 0 && endOf.IsZero() {
		events[first].EntryPointUntil = end
	}
	return events
}

func earlier(known, next *tariff.Pricing) *tariff.Pricing {
	if known != nil {
		return known
	}
	return next
}

func earlierEnd(known, next time.Time) time.Time {
	if !known.IsZero() {
		return known
	}
	return next
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

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
