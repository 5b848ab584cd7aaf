package tariff

// Money is an amount of one currency. Amounts of different currencies are never added together.
type Money struct {
	AmountMicros int64  // millionths of the currency: 22,000 is USD 0.022
	Currency     string // ISO 4217, three capital letters
}
