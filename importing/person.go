package importing

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// person is a contact as it is known, and as a row has it changed.
type person struct {
	ID        uuid.UUID         `json:"id"`
	Name      string            `json:"name"`
	NameGiven bool              `json:"name_given"`
	Phone     *string           `json:"phone"`
	BSUID     *string           `json:"bsuid"`
	Market    string            `json:"market"`
	Language  string            `json:"language"`
	TimeZone  string            `json:"time_zone"`
	Tags      []string          `json:"tags"`
	Fields    map[string]string `json:"fields"`

	hasBSUID bool // in this portfolio
	words    map[conversation.Category]word
}

// word is what a contact has said of a category, the one that holds.
type word struct {
	optedIn bool
	at      time.Time
}

func personOf(c db.Contact, hasBSUID bool) (*person, error) {
	p := &person{ID: c.ID, Name: c.Name, NameGiven: c.NameGiven, Phone: c.Phone, BSUID: c.Bsuid, Market: c.Market, Language: c.Language,
		TimeZone: c.TimeZone, Tags: c.Tags, hasBSUID: hasBSUID}
	if len(c.Fields) <= len("{}") {
		return p, nil
	}
	return p, json.Unmarshal(c.Fields, &p.Fields)
}

// tell adds what a row says; changed is false if it was known. The names by which it is known are claim's. It leaves slices and maps
// that it was given as they are.
func (p *person) tell(rec record) (changed bool) {
	set := func(to *string, text string) {
		if text != "" && text != *to {
			*to, changed = text, true
		}
	}
	set(&p.Language, rec.Language)
	set(&p.TimeZone, rec.TimeZone)
	if rec.Name != "" && (rec.Name != p.Name || !p.NameGiven) {
		p.Name, p.NameGiven, changed = rec.Name, true, true
	}
	if tags := union(p.Tags, rec.Tags); len(tags) > len(p.Tags) {
		p.Tags, changed = tags, true
	}
	var fields map[string]string
	for name, value := range rec.Fields {
		if p.Fields[name] == value {
			continue
		}
		if fields == nil {
			fields = maps.Clone(p.Fields)
			if fields == nil {
				fields = map[string]string{}
			}
		}
		fields[name] = value
	}
	if fields != nil {
		p.Fields, changed = fields, true
	}
	return changed
}

// union is sorted and has each once; have itself if nothing is new.
func union(have, more []string) []string {
	all := have
	for _, tag := range more {
		if !slices.Contains(have, tag) {
			all = append(all[:len(all):len(all)], tag)
		}
	}
	if len(all) > len(have) {
		slices.Sort(all)
	}
	return all
}

// claim gives the person a name of the row's that nobody has. The market is the phone's, else the bsuid's (W10).
func (p *person) claim(a alias, rec record) {
	value := a.value
	if a.kind == bsuid {
		p.BSUID, p.hasBSUID = &value, true
	} else {
		p.Phone = &value
	}
	if rec.Phone != "" || p.Phone == nil {
		p.Market = rec.Market
	}
}
