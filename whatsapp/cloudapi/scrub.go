package cloudapi

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxDetails is how much of the provider's words is kept, in characters.
const maxDetails = 500

// personal is what may be a phone, a message id, a business-scoped id, a token
// or an address.
var personal = regexp.MustCompile(`wamid\.[A-Za-z0-9+/=_-]+` +
	`|\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]+` +
	`|(?i:https?://)\S+` +
	`|\+?\d(?:[\s().-]{0,3}\d){6,}` +
	`|[A-Za-z0-9_-]{20,}`)

// scrubber takes out of the provider's words what may be a person's.
type scrubber struct{ known []string }

// scrubber knows what the message holds, should the provider repeat it.
func (m Message) scrubber(token string) scrubber {
	s := scrubber{known: []string{token, m.Text, m.To, m.BSUID, m.OpaqueData}}
	if m.Template != nil {
		for _, c := range m.Template.Components {
			for _, p := range c.Parameters {
				s.known = append(s.known, p.Text, p.CouponCode)
			}
		}
	}
	return s
}

func (s scrubber) scrub(words string) string {
	words = strings.ToValidUTF8(words, "?")
	for _, known := range s.known {
		if utf8.RuneCountInString(known) >= 3 { // shorter ones would tear every word apart
			words = strings.ReplaceAll(words, known, "#")
		}
	}
	words = strings.Join(strings.FieldsFunc(personal.ReplaceAllString(words, "#"), func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if runes := []rune(words); len(runes) > maxDetails {
		return string(runes[:maxDetails-1]) + "…"
	}
	return words
}
