//go:build crashpoints

package sending

// CrashAt, if set, is told of every point at which a worker may die, and may end the goroutine there.
var CrashAt func(point string)

func crash(point string) {
	if CrashAt != nil {
		CrashAt(point)
	}
}
