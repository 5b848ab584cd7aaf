package template

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortURL finds addresses whose host is one of shorteners, with or without a
// scheme. What comes before the host must not belong to it: orbit.ly is not bit.ly.
var shortURL = regexp.MustCompile(`(?i)(?:^|[^a-z0-9.-])(?:www\.)?(` + alternatives(shorteners) + `)(?:[/?#:]|$|[^a-z0-9.-]|\.(?:\s|$))`)

func alternatives(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(quoted, "|")
}

func (l *linter) shorteners() {
	places := append(l.passages(), l.allSamples()...)
	for i, b := range l.t.buttons() {
		places = append(places, passage{buttonPlace(i), b.URL})
	}
	for _, p := range places {
		if m := shortURL.FindStringSubmatch(p.text); m != nil {
			l.wrong("url_shortener", p.place, "The address of a URL shortener (%s) hides where it leads.", strings.ToLower(m[1]))
		}
	}
}

var (
	// A card's number: 13 to 19 digits in groups, beginning as the issuers' do.
	cardNumber = regexp.MustCompile(`\d(?:[ -]?\d){12,18}`)
	cardIssuer = regexp.MustCompile(`^(?:4|5[1-5]|2[2-7]|3[0-9]|6[0-9])`)
	// The shapes of identity numbers that cannot be taken for anything else:
	// the United States' social security number, Brazil's CPF, India's PAN.
	idNumber = regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b[A-Z]{5}\d{4}[A-Z]\b`)
)

// sensitive finds card and identity numbers, and texts that ask for them.
func (l *linter) sensitive() {
	for _, p := range append(l.passages(), l.allSamples()...) {
		for _, digits := range cardNumber.FindAllString(p.text, -1) {
			digits = strings.NewReplacer(" ", "", "-", "").Replace(digits)
			if cardIssuer.MatchString(digits) && luhn(digits) {
				l.wrong("card_number", p.place, "It contains what looks like a card's number.")
				break
			}
		}
		if idNumber.MatchString(p.text) {
			l.wrong("id_number", p.place, "It contains what looks like an identity number.")
		}
	}
}

// luhn is the check digit's rule of card numbers (ISO/IEC 7812-1).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// anyURL is an address, or a host under a domain that is no word.
var anyURL = regexp.MustCompile(`(?i:\bhttps?://\S+|\bwww\.\S+)|\b[a-zA-Z0-9-]+\.(?:com|net|org|io|app|shop|store)\b(?:/\S*)?`)

// authentication: no address, media or emoji, and short parameters.
func (l *linter) authentication() {
	if l.t.Category != "authentication" {
		return
	}
	if h := l.t.part("HEADER"); h.Format != "" && h.Format != "TEXT" {
		l.wrong("authentication_media", "header", "An authentication template has no media.")
	}
	for _, p := range l.passages() {
		if anyURL.MatchString(p.text) {
			l.wrong("authentication_url", p.place, "An authentication template has no address.")
		}
		if strings.ContainsFunc(p.text, emoji) {
			l.wrong("authentication_emoji", p.place, "An authentication template has no emoji.")
		}
	}
	for i, b := range l.t.buttons() {
		if b.Type == "URL" && !metasPassword(b.URL) {
			l.wrong("authentication_url", buttonPlace(i), "An authentication template has no address.")
		}
	}
	for _, s := range l.allSamples() {
		if utf8.RuneCountInString(s.text) > maxAuthParameter {
			l.wrong("authentication_parameter", s.place, "A parameter of an authentication template has at most %d characters.", maxAuthParameter)
		}
	}
}

// emoji is a picture, and what makes a picture of a character.
func emoji(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF,
		r == 0xFE0F, r == 0x20E3, r >= 0x2190 && r <= 0x21FF, r >= 0x2300 && r <= 0x23FF:
		return true
	}
	return r > 0x7F && unicode.Is(unicode.So, r) && r != '©' && r != '®' && r != '°'
}
