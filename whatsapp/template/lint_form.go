package template

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	namePattern     = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}(_[A-Za-z]{2,4})?$`)
	categories      = []string{"marketing", "utility", "authentication"}
	headerFormats   = []string{"", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "GIF", "PRODUCT"}
)

func (l *linter) name() {
	if !namePattern.MatchString(l.t.Name) {
		l.wrong("name", "name", "A name has 1 to 512 lower-case letters a to z, digits and underscores.")
	}
}

func (l *linter) language() {
	if !languagePattern.MatchString(l.t.Language) {
		l.wrong("language", "language", "A language is a code such as en or en_US.")
	}
}

func (l *linter) category() {
	if !slices.Contains(categories, l.t.Category) {
		l.wrong("category", "category", "The category is marketing, utility or authentication.")
	}
}

// structure wants each part at most once.
func (l *linter) structure() {
	seen := map[string]bool{}
	for _, c := range l.t.Components {
		place := strings.ToLower(c.Type)
		switch {
		case c.Type == "CAROUSEL", c.Type == "LIMITED_TIME_OFFER", c.Type == "CALL_PERMISSION_REQUEST":
			l.doubtful("unchecked_part", place, "Parts of this kind are not checked.")
		case c.Type != "HEADER" && c.Type != "BODY" && c.Type != "FOOTER" && c.Type != "BUTTONS":
			l.wrong("component_type", "components", "A component is a header, a body, a footer or buttons.")
		case seen[c.Type]:
			l.wrong("component_twice", place, "There can be only one.")
		}
		seen[c.Type] = true
	}
}

func (l *linter) header() {
	h := l.t.part("HEADER")
	if h.Type == "" {
		return
	}
	if !slices.Contains(headerFormats, h.Format) {
		l.wrong("header_format", "header", "A header is a text, an image, a video, a document or a location.")
	}
	text := l.t.textHeader()
	if (h.Format == "" || h.Format == "TEXT") && strings.TrimSpace(text) == "" {
		l.wrong("header_empty", "header", "The header has no text.")
	}
	l.length("header_length", "header", text, maxHeader)
	if names, _ := variables(text); len(names) > 1 {
		l.wrong("header_variables", "header", "A header has at most one variable.")
	}
	l.variables("header", text, h.Example)
}

// body is required; that of an authentication template may be left to Meta,
// which writes it.
func (l *linter) body() {
	b := l.t.part("BODY")
	switch {
	case b.Type == "", strings.TrimSpace(b.Text) == "" && l.t.Category != "authentication":
		l.wrong("body_missing", "body", "A template needs a body with text.")
	}
	l.length("body_length", "body", b.Text, maxBody)
	l.variables("body", b.Text, b.Example)
	samples := samplesOf("body", b.Text, b.Example)
	if full := utf8.RuneCountInString(substitute(b.Text, samples)); full > maxBody && utf8.RuneCountInString(b.Text) <= maxBody {
		l.wrong("body_length", "body", "With the samples in it the body has %d characters; at most %d are allowed.", full, maxBody)
	}
}

func (l *linter) footer() {
	f := l.t.part("FOOTER")
	l.length("footer_length", "footer", f.Text, maxFooter)
	if strings.Contains(f.Text, "{{") || strings.Contains(f.Text, "}}") {
		l.wrong("footer_variables", "footer", "A footer has no variables.")
	}
}

func (l *linter) length(rule, place, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		l.wrong(rule, place, "It has %d characters; at most %d are allowed.", n, most)
	}
}

// encoding finds what was lost before it came here.
func (l *linter) encoding() {
	for _, p := range l.passages() {
		if !utf8.ValidString(p.text) || strings.ContainsRune(p.text, utf8.RuneError) || strings.ContainsRune(p.text, 0) {
			l.wrong("encoding", p.place, "It contains characters that are damaged.")
		}
	}
}
