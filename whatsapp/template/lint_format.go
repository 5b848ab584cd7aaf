package template

import (
	"regexp"
	"strings"
)

var (
	fiveSpaces  = regexp.MustCompile(` {5,}`)
	twoSpaces   = regexp.MustCompile(`\S {2,4}\S`)
	shouting    = regexp.MustCompile(`[!?]{3,}`)
	spaceBefore = regexp.MustCompile(`[\p{L}\p{N}}] +[,.!?;:](?:\s|$)`)
	opensMark   = map[string]*regexp.Regexp{
		"*": regexp.MustCompile(`(?:^|[\s(])\*[\p{L}\p{N}]`),
		"_": regexp.MustCompile(`(?:^|[\s(])_[\p{L}\p{N}]`),
		"~": regexp.MustCompile(`(?:^|[\s(])~[\p{L}\p{N}]`),
	}
	manyEmptyLines = regexp.MustCompile(`\n\s*\n\s*\n\s*\n`)
)

// format finds slips of spelling and formatting in texts that are not
// marketing. What may be meant so is a warning.
func (l *linter) format() {
	if l.t.Category == "marketing" {
		return
	}
	for _, p := range l.passages() {
		if fiveSpaces.MatchString(p.text) {
			l.wrong("formatting", p.place, "More than four spaces follow each other.")
		}
		for _, slip := range []struct {
			there  bool
			reason string
		}{
			{twoSpaces.MatchString(p.text), "Several spaces follow each other."},
			{shouting.MatchString(p.text), "Several exclamation or question marks follow each other."},
			{!strings.HasPrefix(l.t.Language, "fr") && spaceBefore.MatchString(p.text), "A space stands before a punctuation mark."},
			{manyEmptyLines.MatchString(p.text), "Several empty lines follow each other."},
			{unbalancedMark(p.text), "A mark for bold, italic or struck text is not closed."},
		} {
			if slip.there {
				l.doubtful("formatting", p.place, "%s", slip.reason)
			}
		}
		l.spelling(p)
	}
}

// spelling knows English slips only; a word may be right in another language.
func (l *linter) spelling(p passage) {
	if !strings.HasPrefix(l.t.Language, "en") {
		return
	}
	before := ""
	for _, word := range strings.Fields(fold(p.text)) {
		if right, slip := misspelt[word]; slip {
			l.wrong("spelling", p.place, "%q is probably meant to be %q.", word, right)
		}
		if word == before && len(word) > 2 && strings.Trim(word, "0123456789") != "" && word != "that" && word != "had" {
			l.doubtful("spelling", p.place, "The word %q stands there twice.", word)
		}
		before = word
	}
}

// unbalancedMark reports a mark that begins bold, italic or struck text and has
// no partner in its line. Marks within words and addresses are none.
func unbalancedMark(text string) bool {
	text = anyURL.ReplaceAllString(variable.ReplaceAllString(text, "x"), "x")
	for _, line := range strings.Split(text, "\n") {
		for mark, opens := range opensMark {
			if opens.MatchString(line) && strings.Count(line, mark)%2 == 1 {
				return true
			}
		}
	}
	return false
}
