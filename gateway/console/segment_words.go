package console

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"reengage/audience"
)

// segmentNames are what ids stand for, where they are known.
type segmentNames struct {
	numbers   map[string]string
	campaigns map[string]string
}

// filterWords say what a filter means, a line for each part; all of them have to be so.
func filterWords(f audience.Filter, names segmentNames) []string {
	words := []string{}
	say := func(said bool, line string) {
		if said {
			words = append(words, line)
		}
	}
	say(len(f.AllTags) > 0, "tagged "+listed(f.AllTags, "and"))
	say(len(f.AnyTags) > 0, "tagged "+listed(f.AnyTags, "or"))
	say(len(f.NoTags) > 0, "not tagged "+listed(f.NoTags, "or"))
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		say(true, strings.ReplaceAll(name, "_", " ")+" is “"+f.Fields[name]+"”")
	}
	say(len(f.Languages) > 0, "language "+listed(f.Languages, "or"))
	say(len(f.Markets) > 0, "in "+listed(f.Markets, "or"))
	with := ""
	if f.Number != "" {
		with = " with " + cmp.Or(names.numbers[f.Number], f.Number)
	}
	var states []string
	for _, s := range f.Statuses {
		states = append(states, strings.ToLower(cmp.Or(stateWords[s], string(s))))
	}
	say(len(states) > 0, "a conversation"+with+" is "+listed(states, "or"))
	say(!f.LastInboundAfter.IsZero(), "wrote last"+with+" on "+utc(f.LastInboundAfter)+" or later")
	say(!f.LastInboundBefore.IsZero(), "has not written"+with+" since "+utc(f.LastInboundBefore))
	say(f.OptedIn != "", "opted in to "+string(f.OptedIn))
	if a := f.Campaign; a != nil {
		name := "a campaign"
		if known := names.campaigns[a.ID.String()]; known != "" {
			name = "“" + known + "”"
		}
		say(a.Answered, "answered "+name)
		say(!a.Answered, "got "+name+" and did not answer")
	}
	if len(words) == 0 {
		words = append(words, "everybody")
	}
	return words
}

// listed joins texts: a, b or c.
func listed(all []string, last string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " " + last + " " + all[len(all)-1]
}
