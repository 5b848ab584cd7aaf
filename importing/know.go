package importing

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// know reads whom the batch's rows name: the contacts as they are, what they have agreed to, and whether the file has named them before.
func know(ctx context.Context, q *db.Queries, i db.Import, rows []row) (knowledge, error) {
	known := knowledge{people: map[alias]*person{}, seen: map[string]int64{}}
	var kinds, values, keys []string
	for _, r := range rows {
		if r.wrong != nil {
			continue
		}
		for _, n := range r.rec.names() {
			kinds, values, keys = append(kinds, n.kind), append(values, n.value), append(keys, n.key())
		}
	}
	if len(kinds) == 0 {
		return known, nil
	}
	found, err := q.FindPeople(ctx, i.Portfolio, kinds, values)
	if err != nil {
		return known, err
	}
	byID := map[uuid.UUID]*person{}
	for _, f := range found {
		if byID[f.Contact.ID] == nil {
			if byID[f.Contact.ID], err = personOf(f.Contact, f.HasBsuid); err != nil {
				return known, err
			}
			keys = append(keys, f.Contact.ID.String())
		}
		known.people[alias{f.Kind, f.Value}] = byID[f.Contact.ID]
	}
	seen, err := q.FindImportSeen(ctx, keys, i.ID)
	if err != nil {
		return known, err
	}
	for _, s := range seen {
		known.seen[s.Who] = s.Line
	}
	return known, readWords(ctx, q, byID)
}

func readWords(ctx context.Context, q *db.Queries, people map[uuid.UUID]*person) error {
	if len(people) == 0 {
		return nil
	}
	words, err := q.ListWords(ctx, slices.Collect(maps.Keys(people)))
	for _, w := range words {
		p := people[w.ContactID]
		if p.words == nil {
			p.words = map[conversation.Category]word{}
		}
		p.words[conversation.Category(w.Category)] = word{w.OptedIn, w.OccurredAt.UTC().Truncate(time.Second)}
	}
	return err
}
