package intake

import "github.com/nyaruka/phonenumbers"

// Market is the region of a contact's phone, else the two letters before its bsuid (W10); empty if neither tells.
func Market(phone, bsuid string) string {
	if phone != "" {
		if n, err := phonenumbers.Parse("+"+phone, ""); err == nil {
			if region := MarketOfPhone(n); region != "" {
				return region
			}
		}
	}
	if len(bsuid) > 3 && bsuid[2] == '.' && isRegion(bsuid[:2]) {
		return bsuid[:2]
	}
	return ""
}

// MarketOfPhone is the region of a phone that has been read; empty: it belongs to no country.
func MarketOfPhone(n *phonenumbers.PhoneNumber) string {
	if region := phonenumbers.GetRegionCodeForNumber(n); isRegion(region) {
		return region
	}
	// A range that the numbering plan, as we have it, does not know yet: the code's main country.
	if region := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode())); isRegion(region) {
		return region
	}
	return ""
}

// isRegion tells a country from the codes for none (ZZ) and for numbers that belong to no country (001).
func isRegion(s string) bool {
	return len(s) == 2 && s != "ZZ" && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
