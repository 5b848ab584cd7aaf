package tariff

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount of one currency. Amounts of different currencies are never added together.
type Money struct {
	AmountMicros int64  // millionths of the currency: 22,000 is USD 0.022
	Currency     string // ISO 4217, three capital letters
}

// String is the exact amount with at least two decimals, then the currency, if it is known: "0.022 USD", "-0.40 BRL", "0.00".
func (m Money) String() string {
	sign, micros := "", uint64(m.AmountMicros)
	if m.AmountMicros < 0 {
		sign, micros = "-", -micros
	}
	fraction := fmt.Sprintf("%06d", micros%1_000_000)
	for len(fraction) > 2 && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	return strings.TrimSuffix(sign+strconv.FormatUint(micros/1_000_000, 10)+"."+fraction+" "+m.Currency, " ")
}
