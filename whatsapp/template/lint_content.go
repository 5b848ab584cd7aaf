package template

import (
	"regexp"
	"strings"
	"unicode"
)

// contentRule finds phrases that a reviewer objects to.
type contentRule struct {
	rule, reason string
	// source is where the rule is from, with its date.
	source string
	// in are the categories that it holds for; empty is all.
	in []string
	// phrases are folded words (see fold). `word~` is any word that begins so,
	// `*` up to four words, `#` a number.
	phrases []string
	// unless clears a text that has one of these as well.
	unless []string

	find, clear *regexp.Regexp
}

func (l *linter) content() {
	for _, p := range l.passages() {
		text := fold(p.text)
		for i := range contentRules {
			if r := &contentRules[i]; r.applies(l.t.Category) && r.matches(text) {
				l.wrong(r.rule, p.place, "%s", r.reason)
			}
		}
		if l.t.Category == "utility" && shoutedCode.MatchString(p.text) && !discountRule.matches(text) {
			l.wrong(discountRule.rule, p.place, "%s", discountRule.reason)
		}
	}
}

// shoutedCode is a code such as SAVE20 after the word.
var shoutedCode = regexp.MustCompile(`(?i:\b(?:code|c[oó]digo|coupon|cup[oó]n|cupom))[: *]+[A-Z]{3,}[0-9]{1,3}\b`)

func (r *contentRule) applies(category string) bool {
	if len(r.in) == 0 {
		return true
	}
	for _, c := range r.in {
		if c == category {
			return true
		}
	}
	return false
}

func (r *contentRule) matches(folded string) bool {
	return r.find.MatchString(folded) && (r.clear == nil || !r.clear.MatchString(folded))
}

// compiled makes the rules' patterns once.
func compiled(rules []contentRule) []contentRule {
	for i := range rules {
		rules[i].find = pattern(rules[i].phrases)
		if len(rules[i].unless) > 0 {
			rules[i].clear = pattern(rules[i].unless)
		}
	}
	return rules
}

// pattern matches any of the phrases in a folded text, whose words stand
// between single spaces.
func pattern(phrases []string) *regexp.Regexp {
	var all []string
	for _, p := range phrases {
		var b strings.Builder
		for _, word := range strings.Fields(p) {
			switch {
			case word == "*":
				b.WriteString(`(?: [^ .]+){0,4}`)
			case word == "#":
				b.WriteString(` [0-9]+`)
			case strings.HasSuffix(word, "~"):
				b.WriteString(" " + regexp.QuoteMeta(strings.TrimSuffix(word, "~")) + `[^ .]*`)
			default:
				b.WriteString(" " + regexp.QuoteMeta(word))
			}
		}
		all = append(all, b.String())
	}
	return regexp.MustCompile(`(?:` + strings.Join(all, "|") + `)(?: |$)`)
}

// unaccented are the letters of our phrases' languages.
var unaccented = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"í", "i", "ì", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ú", "u", "ù", "u", "ü", "u", "ç", "c", "ñ", "n",
	"’", "'", "‘", "'", "´", "'", "`", "'")

// fold makes of a text its words in lower case and without accents, each after
// a space; a sentence's end is a word `.`, a percent sign a word of its own, a
// variable the word `_`.
func fold(text string) string {
	text = unaccented.Replace(strings.ToLower(variable.ReplaceAllString(text, " _ ")))
	var b strings.Builder
	b.WriteByte(' ')
	for _, r := range text {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '\'', r == '_':
			b.WriteRune(r)
		case r == '.', r == '!', r == '?', r == '\n', r == ';':
			b.WriteString(" . ")
		case r == '%':
			b.WriteString(" % ")
		case unicode.Is(unicode.Mn, r): // an accent by itself
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	for i, word := range words {
		words[i] = strings.Trim(word, "'") // quotation marks
	}
	return " " + strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}
