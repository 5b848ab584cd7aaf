package template

import (
	"regexp"
	"slices"
	"strconv"
)

// variable is {{1}} or {{first_name}}. Meta itself writes names in lower case;
// what it has approved otherwise is filled all the same, and lint says so.
var variable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}`)

// variables are the distinct names in a text: positional ones by number, named
// ones in the order of their first appearance.
func variables(text string) (names []string, named bool) {
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
		if _, err := strconv.Atoi(m[1]); err != nil {
			named = true
		}
	}
	if !named {
		slices.SortFunc(names, func(a, b string) int { return number(a) - number(b) })
	}
	return names, named
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // one that is too great is the greatest
	return n
}

// substitute puts values in the place of a text's variables; one without a
// value stays as it is written.
func substitute(text string, values map[string]string) string {
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		if value, ok := values[variable.FindStringSubmatch(v)[1]]; ok {
			return value
		}
		return v
	})
}
