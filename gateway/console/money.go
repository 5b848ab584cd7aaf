package console

import (
	"math/bits"
	"strconv"
	"strings"

	"reengage/tariff"
)

// decimal is the exact amount as a decimal with a point and at least two places, without its currency: as a spreadsheet, or a
// chart, takes it.
func decimal(micros int64) string { return tariff.Money{AmountMicros: micros}.String() }

// money is the exact amount as people read it: thousands apart, a real minus, at least two decimals, and then the currency. No
// float comes near it, and nothing is rounded.
func money(micros int64, currency string) string {
	whole, fraction, _ := strings.Cut(decimal(micros), ".")
	digits, negative := strings.CutPrefix(whole, "-")
	text := grouped(digits) + "." + fraction
	if negative {
		text = "−" + text
	}
	return strings.TrimSuffix(text+" "+currency, " ")
}

// number is a count as people read it.
func number(n int64) string {
	digits, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
	if negative {
		return "−" + grouped(digits)
	}
	return grouped(digits)
}

// grouped sets digits apart by thousands.
func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// share is what part is of all, in per cent with one decimal, rounded half up; empty if there is nothing to be part of. Both are
// amounts of one currency, or counts.
func share(part, all int64) string {
	if all <= 0 || part < 0 {
		return ""
	}
	tenths := perMille(uint64(part), uint64(all))
	return strconv.FormatUint(tenths/10, 10) + "." + strconv.FormatUint(tenths%10, 10) + " %"
}

// perMille is 1000*part/all, rounded half up, in 128 bits, because a thousand times an amount in micros may be more than an int64
// holds; all is not zero.
func perMille(part, all uint64) uint64 {
	hi, lo := bits.Mul64(part, 1000)
	lo, carry := bits.Add64(lo, all/2, 0)
	hi += carry
	if hi >= all {
		return 0 // more than any table shows
	}
	quotient, _ := bits.Div64(hi, lo, all)
	return quotient
}
