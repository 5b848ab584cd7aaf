package audience

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// The most that a filter holds; more than people put together by hand, and few enough for each count to compare all of it.
const (
	mostFilterTags   = 100 // in a list
	mostFilterFields = 20
	mostFilterPlaces = 300 // languages, or markets; there are fewer
)

// Problem is what is wrong with one part of a filter. Its sentence does not repeat what was given.
type Problem struct {
	Field   string // as in JSON: all_tags[3]
	Detail  string
	Unknown bool // it names something that there is not
}

// languagePattern is that of a contact's language, as in sends: pt, pt_BR.
var (
	languagePattern = regexp.MustCompile(`^[A-Za-z]{2,3}(_[A-Za-z]{2,12})?$`)
	marketPattern   = regexp.MustCompile(`^[A-Z]{2}$`)
	numberPattern   = regexp.MustCompile(`^[!-~]{1,64}$`)
)

// Validate returns all that is wrong with the filter by itself; nil: nothing. Check knows what exists.
func (f Filter) Validate() (wrong []Problem) {
	add := func(field, format string, args ...any) {
		wrong = append(wrong, Problem{Field: field, Detail: field + ": " + fmt.Sprintf(format, args...)})
	}
	each := func(field string, values []string, most int, fault func(string) string) {
		if len(values) > most {
			add(field, "at most %d", most)
			return
		}
		for i, v := range values {
			if said := fault(v); said != "" {
				add(fmt.Sprintf("%s[%d]", field, i), "%s", said)
			}
		}
	}
	each("all_tags", f.AllTags, mostFilterTags, tagFault)
	each("any_tags", f.AnyTags, mostFilterTags, tagFault)
	each("no_tags", f.NoTags, mostFilterTags, tagFault)
	if i := slices.IndexFunc(f.AllTags, func(tag string) bool { return slices.Contains(f.NoTags, tag) }); i >= 0 {
		add(fmt.Sprintf("all_tags[%d]", i), "the same tag is in no_tags, so nobody is meant")
	}
	if len(f.Fields) > mostFilterFields {
		add("fields", "at most %d", mostFilterFields)
	} else {
		for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
			if fault := fieldFault(name, f.Fields[name]); fault != "" {
				add("fields."+printable(name), "%s", fault)
			}
		}
	}
	each("languages", f.Languages, mostFilterPlaces, matches(languagePattern, "is not a language as in sends, such as en or en_US"))
	each("markets", f.Markets, mostFilterPlaces, matches(marketPattern, "is not a region of two capital letters, such as BR"))
	f.validateConversations(add)
	if f.OptedIn != "" && !slices.Contains(conversation.Categories, f.OptedIn) {
		add("opted_in", "is not one of marketing, utility and authentication")
	}
	if f.Campaign != nil && f.Campaign.ID == uuid.Nil {
		add("campaign.id", "is missing")
	}
	return wrong
}

// validateConversations is Validate of what speaks of conversations.
func (f Filter) validateConversations(add func(field, format string, args ...any)) {
	if f.Number != "" && !numberPattern.MatchString(f.Number) {
		add("number", "is not a phone number id")
	}
	if f.Number != "" && len(f.Statuses) == 0 && f.LastInboundAfter.IsZero() && f.LastInboundBefore.IsZero() {
		add("number", "by itself it means nothing: it says of whose conversations statuses, last_inbound_after and last_inbound_before speak")
	}
	if len(f.Statuses) > len(conversation.StatusNames) {
		add("statuses", "at most %d", len(conversation.StatusNames))
	} else {
		for i, s := range f.Statuses {
			if !slices.Contains(conversation.StatusNames, s) {
				add(fmt.Sprintf("statuses[%d]", i), "is not one of active, expiring, expired, resuming and awaiting_reply")
			}
		}
	}
	inRange := func(field string, at time.Time) {
		if !at.IsZero() && (at.Year() < 2000 || at.Year() > 2199) {
			add(field, "is not a time between 2000 and 2199")
		}
	}
	inRange("last_inbound_after", f.LastInboundAfter)
	inRange("last_inbound_before", f.LastInboundBefore)
	if !f.LastInboundAfter.IsZero() && !f.LastInboundBefore.IsZero() && !f.LastInboundAfter.Before(f.LastInboundBefore) {
		add("last_inbound_before", "has to be later than last_inbound_after, else nobody is meant")
	}
}

func matches(pattern *regexp.Regexp, fault string) func(string) string {
	return func(s string) string {
		if pattern.MatchString(s) {
			return ""
		}
		return fault
	}
}

// printable is a name that can stand in the name of a field, for one that cannot.
func printable(name string) string {
	if IsFieldName(name) {
		return name
	}
	return strings.Map(func(r rune) rune {
		if r >= ' ' && r <= '~' {
			return r
		}
		return '?'
	}, name[:min(len(name), 40)])
}
