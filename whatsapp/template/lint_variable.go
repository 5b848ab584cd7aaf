package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	nameOfVariable = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	// brace is one that belongs to no variable; {1} is what people write for one.
	brace    = regexp.MustCompile(`\{\{|\}\}|\{\s*\w+\s*\}`)
	adjacent = regexp.MustCompile(`\}\}\s*\{\{`)
)

// marks are WhatsApp's own for bold, italic and so on: they are no text.
const marks = "*_~`"

// variables are the rules for the variables of a header or a body.
func (l *linter) variables(place, text string, example *Example) {
	if brace.MatchString(variable.ReplaceAllString(text, "")) {
		l.wrong("variable_braces", place, "Variables are written {{1}} or {{first_name}}; here braces are missing or wrong.")
	}
	names, named := variables(text)
	if len(names) == 0 {
		return
	}
	if named {
		l.namedVariables(place, names)
	} else {
		l.positionalVariables(place, names)
	}
	l.edges(place, text)
	if adjacent.MatchString(text) {
		l.wrong("variable_adjacent", place, "Two variables stand next to each other, without words between them.")
	}
	samples := samplesOf(place, text, example)
	for _, name := range names {
		if strings.TrimSpace(samples[name]) == "" {
			l.wrong("variable_sample", place, "The variable {{%s}} has no sample.", name)
		}
	}
}

func (l *linter) namedVariables(place string, names []string) {
	for _, name := range names {
		if _, err := strconv.Atoi(name); err == nil {
			l.wrong("variable_mixed", place, "Variables have numbers or names, not both.")
			return
		}
	}
	for _, name := range names {
		if !nameOfVariable.MatchString(name) {
			l.wrong("variable_name", place, "The name of a variable has lower-case letters, digits and underscores, and begins with a letter.")
			return
		}
	}
}

func (l *linter) positionalVariables(place string, names []string) {
	for i, name := range names {
		if name != strconv.Itoa(i+1) {
			l.wrong("variable_sequence", place, "Variables are numbered from {{1}} without gaps; {{%d}} is missing.", i+1)
			return
		}
	}
}

// edges: a body must not begin or end with a variable. Authentication bodies
// are Meta's own text, which does. Of headers it is not known to be refused.
func (l *linter) edges(place, text string) {
	severity := Error
	switch {
	case l.t.Category == "authentication":
		return
	case place == "header":
		severity = Warning
	}
	text = strings.Trim(strings.TrimSpace(text), marks+" ")
	all := variable.FindAllStringIndex(text, -1)
	if all[0][0] == 0 {
		l.add(severity, "variable_first", place, "A text must not begin with a variable.")
	}
	if all[len(all)-1][1] == len(text) {
		l.add(severity, "variable_last", place, "A text must not end with a variable.")
	}
}

// samplesOf are the samples by variable.
func samplesOf(place, text string, e *Example) map[string]string {
	samples := map[string]string{}
	if e == nil {
		return samples
	}
	positional, named := []string(e.HeaderText), e.HeaderNamed
	if place == "body" {
		positional, named = nil, e.BodyNamed
		if len(e.BodyText) > 0 {
			positional = e.BodyText[0]
		}
	}
	names, _ := variables(text)
	for i, name := range names {
		if i < len(positional) {
			samples[name] = positional[i]
		}
	}
	for _, s := range named {
		samples[s.Name] = s.Example
	}
	return samples
}

// allSamples are the samples of the whole template, with their places.
func (l *linter) allSamples() []passage {
	var out []passage
	add := func(place, text string, e *Example) {
		names, _ := variables(text)
		samples := samplesOf(place, text, e)
		for _, name := range names {
			out = append(out, passage{fmt.Sprintf("%s.%s", place, name), samples[name]})
		}
	}
	add("header", l.t.textHeader(), l.t.part("HEADER").Example)
	add("body", l.t.part("BODY").Text, l.t.part("BODY").Example)
	return out
}
