//go:build crashpoints

package sending

// crasher is told of every point at which a worker may die.
type crasher struct {
	// CrashAt, if set, may end the goroutine there, or keep it for as long as it likes.
	CrashAt func(point string)
}

func (c *crasher) crash(point string) {
	if c.CrashAt != nil {
		c.CrashAt(point)
	}
}
