package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"reengage/db"
)

// fewContacts is how many contacts a search may find for their conversations to be fetched and put in order. If it finds more, then
// so many conversations match that going through all in order comes upon a page of them soon.
const fewContacts = 2000

// among are the conversations that a list is taken from: those of a number, and of contacts that q finds. What is zero or nil
// restricts nothing.
type among struct {
	nobody   bool
	number   uuid.UUID
	contacts []uuid.UUID
	name     *string // pattern; used instead of contacts if there are many
	phone    *string
}

func (r *ListConversations) among(ctx context.Context, q *db.Queries) (a among, err error) {
	if a.number, err = numberID(ctx, q, r.Number); err != nil || r.Number != "" && a.number == uuid.Nil {
		return among{nobody: true}, err
	}
	s := searchFor(r.Q)
	if s.part == "" {
		return a, nil
	}
	contacts, err := q.FindContactsByPart(ctx, db.FindContactsByPartParams{Part: s.part, Digits: s.digits, NamePattern: s.name,
		PhonePattern: s.phone, MaxRows: fewContacts + 1})
	switch {
	case err != nil || len(contacts) == 0:
		return among{nobody: true}, err
	case len(contacts) > fewContacts:
		a.name, a.phone = &s.name, s.phone
	default:
		a.contacts = contacts
	}
	return a, nil
}

// numberID is the internal id of a business number; zero if there is none, or none is asked for.
func numberID(ctx context.Context, q *db.Queries, phoneNumberID string) (uuid.UUID, error) {
	if phoneNumberID == "" {
		return uuid.Nil, nil
	}
	found, err := q.FindNumbers(ctx, []string{phoneNumberID})
	if err != nil || len(found) == 0 {
		return uuid.Nil, err
	}
	return found[0].ID, nil
}

// search is what q is compared with: patterns of a name and of a phone, and a whole bsuid, which is the part as it stands. nil
// compares with nothing.
type search struct {
	part, name    string
	digits, phone *string
}

// searchFor reads q. Only a text that looks like a part of a phone number is looked for in phones: in "Ada 2" the 2 is
// not one.
func searchFor(q string) search {
	q = strings.TrimSpace(strings.ReplaceAll(q, "\x00", ""))
	if q == "" {
		return search{}
	}
	s := search{part: q, name: "%" + likeEscaper.Replace(q) + "%"}
	if strings.Trim(q, "0123456789+-–()./ ") == "" {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, q)
		if digits != "" {
			phone := "%" + digits + "%"
			s.digits, s.phone = &digits, &phone
		}
	}
	return s
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
