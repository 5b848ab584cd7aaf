package config

import "log/slog"

// Secret is a text that may be used but not shown: formatted, logged or marshalled it reads "set", or nothing.
type Secret string

// Reveal returns the text itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns "set", or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "set"
}

// GoString keeps %#v from showing the text.
func (s Secret) GoString() string { return s.String() }

// LogValue shows what String does.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText writes what String does, so that no JSON shows the text either.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the texts of several secrets; empty ones are left out, as a list that ends in a comma has one.
func Reveal(secrets []Secret) []string {
	var texts []string
	for _, s := range secrets {
		if s != "" {
			texts = append(texts, s.Reveal())
		}
	}
	return texts
}
