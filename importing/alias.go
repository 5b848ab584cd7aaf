package importing

// The kinds of aliases.
const (
	waID  = "wa_id"
	bsuid = "bsuid"
)

// alias is one name of a contact within a portfolio (W10).
type alias struct{ kind, value string }

func (r record) names() []alias {
	var names []alias
	if r.Phone != "" {
		names = append(names, alias{waID, r.Phone})
	}
	if r.BSUID != "" {
		names = append(names, alias{bsuid, r.BSUID})
	}
	return names
}

// key is unlike a contact's id.
func (a alias) key() string { return a.kind + ":" + a.value }

// resolve finds whom a row is about (W10); nil: somebody new. Where a webhook would merge two contacts or move a phone, because the
// provider says so, a file has no such word: that is a conflict.
func resolve(names []alias, found []*person) (who *person, conflict bool) {
	if len(names) == 1 {
		return found[0], false
	}
	byPhone, byBSUID := found[0], found[1]
	switch {
	case byPhone == nil:
		return byBSUID, false
	case byBSUID == nil:
		return byPhone, byPhone.hasBSUID
	}
	return byPhone, byPhone.ID != byBSUID.ID
}

// before returns the line in which the file has named the contact before, by any of its names.
func (p *plan) before(names []alias, found []*person, known knowledge) (line int64, before bool) {
	for i, n := range names {
		keys := []string{n.key()}
		if found[i] != nil {
			keys = append(keys, found[i].ID.String())
		}
		for _, k := range keys {
			if line, before = known.seen[k]; before {
				return line, true
			}
			if line, before = p.seen[k]; before {
				return line, true
			}
		}
	}
	return 0, false
}

// remember keeps that the file has named a contact. One that has all these names is known by its id alone; else by the names too, which
// an import has given it by the next row and a dry run has not.
func (p *plan) remember(names []alias, found []*person, line int64) {
	whole := true
	for i := range names {
		whole = whole && found[i] != nil
	}
	for i, n := range names {
		if found[i] != nil {
			p.note(found[i].ID.String(), line)
		}
		if !whole {
			p.note(n.key(), line)
		}
	}
}

func (p *plan) note(key string, line int64) {
	if _, noted := p.seen[key]; !noted {
		p.seen[key] = line
	}
}
