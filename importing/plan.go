package importing

import (
	"time"

	"github.com/google/uuid"

	"reengage/audience"
	"reengage/conversation"
	"reengage/intake"
)

// row is one row of the file, read.
type row struct {
	line  int64
	cells []string
	rec   record
	wrong *rejection
	end   int64 // where the next one begins
	next  int64 // and its line
}

// knowledge is what is known before a batch: of the contacts that it names, and which of them the file has named before.
type knowledge struct {
	people map[alias]*person
	seen   map[string]int64 // by key: the line
}

// plan is what becomes of a batch.
type plan struct {
	counts  Counts
	rejects []reject
	seen    map[string]int64 // keys that are to be remembered

	claimed []claimed
	added   []*person
	changed []*person
	words   []intake.ConsentChange
	isNew   map[uuid.UUID]bool
}

type reject struct {
	line int64
	rejection
	cells []string
}

// claimed is a name that a contact gets.
type claimed struct {
	alias
	contact uuid.UUID
}

// terms are what a plan goes by beside the rows.
type terms struct {
	createdAt time.Time // of the import, to the second
}

// decide plans a batch. It is pure but for the ids of new contacts.
func (t terms) decide(rows []row, known knowledge) *plan {
	p := &plan{seen: map[string]int64{}, isNew: map[uuid.UUID]bool{}}
	for _, r := range rows {
		p.counts.Rows++
		if r.wrong == nil {
			r.wrong = t.take(p, r, known)
		}
		if r.wrong == nil {
			continue
		}
		if r.wrong.Code == codeDuplicate {
			p.counts.Duplicate++
		} else {
			p.counts.Invalid++
		}
		p.rejects = append(p.rejects, reject{r.line, *r.wrong, r.cells})
	}
	return p
}

const codeDuplicate = "duplicate"

// take plans one row that could be read.
func (t terms) take(p *plan, r row, known knowledge) *rejection {
	names := r.rec.names()
	var found [2]*person
	for i, n := range names {
		found[i] = known.people[n]
	}
	line, before := p.before(names, found[:], known)
	if before {
		p.remember(names, found[:], line)
		return rejected(codeDuplicate, "the contact stands in the file before, in line %d", line)
	}
	who, conflict := resolve(names, found[:])
	if conflict {
		return rejected("two_contacts", "the phone and the bsuid belong to two contacts: this row does not prove that they are one")
	}
	fresh := who == nil
	if fresh {
		who = &person{ID: newID()}
	} else {
		copied := *who // what is known must stay as it is: the plan may be made again
		who = &copied
	}
	changed := who.tell(r.rec)
	if len(who.Fields) > audience.MostFields || len(who.Tags) > audience.MostTags {
		return rejected("fields", "the contact would have more than %d custom fields or %d tags", audience.MostFields, audience.MostTags)
	}
	p.remember(names, found[:], r.line)
	for i, n := range names {
		if found[i] == nil {
			who.claim(n, r.rec)
			p.claimed, changed = append(p.claimed, claimed{n, who.ID}), true
		}
	}
	words, standing := t.words(r.rec, who)
	p.words = append(p.words, words...)
	p.count(fresh, changed || len(words) > 0, standing)
	switch {
	case fresh:
		p.added, p.isNew[who.ID] = append(p.added, who), true
	case changed:
		p.changed = append(p.changed, who)
	}
	return nil
}

// newID is one behind those before it, so that a file's contacts lie side by side in all indexes, and not each in a page of its own.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (p *plan) count(fresh, changed bool, s standing) {
	switch {
	case fresh:
		p.counts.New++
	case changed:
		p.counts.Changed++
	default:
		p.counts.Unchanged++
	}
	switch {
	case s.out:
		p.counts.OptedOut++
	case !s.in:
		p.counts.NoOptIn++
	}
}

// touched are the contacts that there were before and that the plan changes.
func (p *plan) touched() (all, told []uuid.UUID) {
	seen := map[uuid.UUID]bool{}
	for _, c := range p.changed {
		seen[c.ID] = true
		all = append(all, c.ID)
	}
	saying := map[uuid.UUID]bool{}
	for _, w := range p.words {
		if p.isNew[w.ContactID] || saying[w.ContactID] {
			continue
		}
		saying[w.ContactID] = true
		told = append(told, w.ContactID)
		if !seen[w.ContactID] {
			all = append(all, w.ContactID)
		}
	}
	return all, told
}

// standing is how a contact stands once the row has been taken in.
type standing struct {
	in  bool // it has opted in to a category
	out bool // it had opted out of one, and still has
}

// defaultSource is how a contact has opted in where the row does not say.
const defaultSource = "import"

// words are what the row has the contact say that is news.
func (t terms) words(rec record, who *person) (said []intake.ConsentChange, s standing) {
	categories := rec.Categories
	if rec.OptIn != nil && len(categories) == 0 {
		categories = conversation.Categories
	}
	now := map[conversation.Category]bool{} // those that the row changes
	for _, c := range categories {
		if rec.OptIn == nil {
			break
		}
		if !t.news(rec, who.words[c]) {
			continue
		}
		w := intake.ConsentChange{ContactID: who.ID, Category: c, OptedIn: *rec.OptIn, Source: rec.Source, OccurredAt: rec.At}
		if w.Source == "" {
			w.Source = defaultSource
		}
		if w.OccurredAt.IsZero() {
			w.OccurredAt = t.undated(w.OptedIn)
		}
		said, now[c] = append(said, w), true
	}
	for _, c := range conversation.Categories {
		stood := who.words[c]
		s.out = s.out || !stood.at.IsZero() && !stood.optedIn && !now[c]
		s.in = s.in || now[c] && *rec.OptIn || !now[c] && stood.optedIn
	}
	return said, s
}

// stopsComeLate is for how long the provider tries to deliver a message (whatsapp.md): so old may a STOP be that has yet to come.
const stopsComeLate = 7 * 24 * time.Hour

// undated is from when on a word holds of which the row does not say when it was said. An opt-in is dated back, so that it undoes no STOP
// that was said before the upload and arrives after it: it would not have undone it in the other order either.
func (t terms) undated(optedIn bool) time.Time {
	if optedIn {
		return t.createdAt.Add(-stopsComeLate)
	}
	return t.createdAt
}

// news reports whether what a row says of a category is to be recorded, given what the contact has said of it.
func (t terms) news(rec record, stands word) bool {
	at := rec.At
	if at.IsZero() {
		at = t.createdAt
	}
	later := at.After(stands.at.Truncate(time.Second))
	switch {
	case stands.at.IsZero(): // nothing
		return *rec.OptIn
	case *rec.OptIn && stands.optedIn:
		return later && !rec.At.IsZero()
	case *rec.OptIn: // against an opt-out
		return later && !rec.At.IsZero() && rec.Source != ""
	}
	return stands.optedIn && !at.Before(stands.at.Truncate(time.Second))
}
