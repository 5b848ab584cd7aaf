package importing

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"reengage/conversation"
)

var yes, no = true, false

var yesNo = map[string]*bool{
	"yes": &yes, "y": &yes, "true": &yes, "t": &yes, "1": &yes, "x": &yes, "on": &yes, "sim": &yes, "s": &yes, "si": &yes,
	"verdadeiro": &yes, "verdadero": &yes, "opted_in": &yes, "subscribed": &yes,
	"no": &no, "n": &no, "false": &no, "f": &no, "0": &no, "off": &no, "nao": &no, "falso": &no, "opted_out": &no, "unsubscribed": &no,
}

func readYesNo(cell string) (*bool, *rejection) {
	if known := yesNo[fold(cell)]; known != nil {
		return known, nil
	}
	return nil, rejected("opt_in", "opt_in is neither yes nor no")
}

var categoryWords = map[string]conversation.Category{
	"marketing": conversation.Marketing, "marketing_messages": conversation.Marketing,
	"utility": conversation.Utility, "utilidade": conversation.Utility, "utilidad": conversation.Utility,
	"authentication": conversation.Authentication, "autenticacao": conversation.Authentication, "autenticacion": conversation.Authentication,
}

// readCategories reads a list, separated in whatever way.
func readCategories(cell string) ([]conversation.Category, *rejection) {
	var found []conversation.Category
	for word := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(",;|/+ ", r) }) {
		switch category, known := categoryWords[fold(word)]; {
		case slices.Contains([]string{"all", "todas", "todos"}, fold(word)):
			return nil, nil // as if none were named
		case !known:
			return nil, rejected("opt_in_categories", "opt_in_categories may have marketing, utility and authentication")
		case !slices.Contains(found, category):
			found = append(found, category)
		}
	}
	return found, nil
}

var language = regexp.MustCompile(`^([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?$`)

// readLanguage makes a code as in sends: pt_BR.
func readLanguage(cell string) (string, *rejection) {
	parts := language.FindStringSubmatch(cell)
	switch {
	case parts == nil:
		return "", rejected("language", "language is no code such as pt_BR or es")
	case parts[2] == "":
		return strings.ToLower(parts[1]), nil
	}
	return strings.ToLower(parts[1]) + "_" + strings.ToUpper(parts[2]), nil
}

// zoneName keeps what is no name of a zone from being looked for among files.
var zoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)

func (r *reading) readZone(cell string) (string, *rejection) {
	known, seen := r.zones[cell]
	if !seen && len(r.zones) < 1000 {
		if zoneName.MatchString(cell) && len(cell) <= 64 && cell != "Local" {
			_, err := time.LoadLocation(cell)
			known = err == nil
		}
		r.zones[cell] = known
	}
	if !known {
		return "", rejected("time_zone", "time_zone is no time zone such as America/Sao_Paulo")
	}
	return cell, nil
}

// instants are the forms of a time that mean the same to everybody. Without a zone it is UTC.
var instants = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02"}

var dayAndMonth = regexp.MustCompile(`^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}`)

// readInstant reads when somebody opted in, to the second.
func readInstant(cell string, now time.Time) (time.Time, *rejection) {
	for _, form := range instants {
		at, err := time.Parse(form, cell)
		if err != nil {
			continue
		}
		at = at.UTC().Truncate(time.Second)
		switch {
		case at.Year() < 1970:
			return time.Time{}, rejected("opt_in_at", "opt_in_at lies before 1970")
		case at.After(now.Add(conversation.FutureLimit)):
			return time.Time{}, rejected("opt_in_at", "opt_in_at lies in the future")
		}
		return at, nil
	}
	if dayAndMonth.MatchString(cell) {
		return time.Time{}, rejected("opt_in_at", "opt_in_at does not say which is the day and which the month: write it as 2026-02-01")
	}
	return time.Time{}, rejected("opt_in_at", "opt_in_at is no time such as 2026-02-01 or 2026-02-01T09:30:00Z")
}
