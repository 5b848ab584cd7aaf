package live

// Altered is a cursor that another server, or another time, might have given out.
func Altered(text string, server int64, transactions uint64) (string, error) {
	c, err := parseCursor(text)
	c.server += server
	c.seen = snapshot{xmin: c.seen.xmin + transactions, xmax: c.seen.xmax + transactions}
	return c.String(), err
}
