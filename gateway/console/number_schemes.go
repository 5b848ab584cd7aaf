package console

import (
	"cmp"
	"slices"

	"reengage/tariff"
)

// schemeNames are what people call the schemes.
var schemeNames = map[string]string{
	tariff.Meta:         "What Meta charges at the time",
	"aisensy":           "AiSensy",
	"b2chat":            "B2Chat",
	"gupshup":           "Gupshup: Meta's prices and a fee on every message",
	"meta-cbp-2024":     "Meta until June 2025: by conversation",
	"meta-pmp-2025":     "Meta until September 2026: by message",
	"meta-pmp-2026":     "Meta since October 2026: by message, replies as well",
	"sirena":            "Sirena: by session",
	"twilio":            "Twilio: Meta's prices and a fee on every message",
	"zenvia-conversion": "Zenvia Conversion: by session",
}

func schemeName(name string) string { return cmp.Or(schemeNames[name], name) }

// schemeOptions are what a number can be assigned to. One that is chosen and that this program does not know is among them.
func schemeOptions(chosen string) (all []choice) {
	names := append([]string{tariff.Meta}, tariff.Names()...)
	if !slices.Contains(names, chosen) {
		names = append(names, chosen)
	}
	for _, name := range names {
		all = append(all, choice{schemeName(name), name, name == chosen})
	}
	return all
}
