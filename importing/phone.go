package importing

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"reengage/intake"
)

// CheckRegion reports whether phones can have this region, a country's two letters; empty: none is assumed.
func CheckRegion(region string) bool {
	return region == "" || phonenumbers.GetCountryCodeForRegion(region) != 0
}

// readPhone makes a phone of digits, the country code first, as WhatsApp knows it (E.164 without the plus). Numbers are checked
// for what a network could have, not for what the plan of today assigns: plans grow. One that could only be dialled within its town
// lacks the town's digits, and with a country code before it would be somebody else's, or nobody's.
func readPhone(cell, region string) (phone, market string, wrong *rejection) {
	international := strings.HasPrefix(cell, "+") || strings.HasPrefix(cell, "00")
	if rest, double := strings.CutPrefix(cell, "00"); double {
		cell = "+" + rest
	}
	switch {
	case looksLikeFloat(cell):
		return "", "", rejected("phone", "the phone has been turned into a number by a spreadsheet (1.23E+12): format the column as text")
	case !strings.ContainsAny(cell, "0123456789"):
		return "", "", rejected("phone", "the phone has no digits")
	case !international && region == "":
		return "", "", rejected("phone_region", "the phone has no country code: write it as +44..., or state the default region of the file")
	}
	n, err := phonenumbers.Parse(cell, region)
	if err != nil || n.GetExtension() != "" {
		return "", "", rejected("phone", "the phone is not one that can exist")
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY, phonenumbers.TOO_SHORT:
		return "", "", rejected("phone", "the phone is too short for its country: are its first digits missing?")
	case phonenumbers.TOO_LONG:
		return "", "", rejected("phone", "the phone is too long for its country")
	default:
		return "", "", rejected("phone", "the phone is not one that can exist")
	}
	return phonenumbers.Format(n, phonenumbers.E164)[1:], intake.MarketOfPhone(n), nil
}

// looksLikeFloat reports digits with an exponent, of which a spreadsheet has lost the rest.
func looksLikeFloat(cell string) bool {
	digits, exponent, found := strings.Cut(strings.ToUpper(cell), "E")
	return found && strings.Trim(digits, "0123456789.,") == "" && strings.Trim(exponent, "+0123456789") == ""
}
