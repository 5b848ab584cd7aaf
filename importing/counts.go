package importing

// Counts says what a phase of an import has found, or done, so far. Each row is in exactly one of New, Changed, Unchanged, Invalid and
// Duplicate; the other two tell more of those that are valid.
type Counts struct {
	Rows      int64 `json:"rows"` // without the header and blank lines
	New       int64 `json:"new"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
	Invalid   int64 `json:"invalid"`
	Duplicate int64 `json:"duplicate"` // the contact stood in the file before; the first row counts
	NoOptIn   int64 `json:"no_opt_in"` // of the valid: nothing can be sent to them out of an open window
	OptedOut  int64 `json:"opted_out"` // of the valid: have opted out, and the row does not change that
}

// Valid is how many rows say something of a contact that can be taken in.
func (c Counts) Valid() int64 { return c.New + c.Changed + c.Unchanged }

func (c *Counts) add(more Counts) {
	c.Rows += more.Rows
	c.New += more.New
	c.Changed += more.Changed
	c.Unchanged += more.Unchanged
	c.Invalid += more.Invalid
	c.Duplicate += more.Duplicate
	c.NoOptIn += more.NoOptIn
	c.OptedOut += more.OptedOut
}
