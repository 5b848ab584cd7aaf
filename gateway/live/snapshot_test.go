package live

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestASnapshotIsReadAsPostgresWritesIt(t *testing.T) {
	for _, text := range []string{"10:10:", "10:20:10", "10:20:12,14,19"} {
		s, err := parseSnapshot(text)
		require.NoError(t, err)
		require.Equal(t, text, s.String())
	}
	for _, text := range []string{"", "10", "10:20", "0:0:", "20:10:", "10:20:20", "10:20:9", "10:20:14,12", "10:20:12,12", "a:20:", "10:20::"} {
		_, err := parseSnapshot(text)
		require.Error(t, err, text)
	}
}

// A page ends with a whole transaction; whoever goes on from there must be told of exactly what was not on it.
func TestAPartOfALaterSnapshotSeesWhatWasReadAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const first, beyond = 100, 140
		xmax := rapid.Uint64Range(first, beyond).Draw(t, "xmax")
		var old snapshot
		for x := uint64(first); x < xmax; x++ {
			if rapid.Bool().Draw(t, "running") {
				old.running = append(old.running, x)
			}
		}
		old.xmax, old.xmin = xmax, xmax
		if len(old.running) > 0 {
			old.xmin = old.running[0]
		}
		later := snapshot{xmax: rapid.Uint64Range(xmax, beyond).Draw(t, "later")}
		for x := uint64(first); x < later.xmax; x++ {
			if !old.sees(x) && rapid.Bool().Draw(t, "still running") {
				later.running = append(later.running, x)
			}
		}
		last := rapid.Uint64Range(first, max(first, later.xmax-1)).Draw(t, "last")
		next := old.upTo(later, last)
		require.NoError(t, next.check())
		for x := uint64(first); x < beyond; x++ {
			if x >= later.xmax && x > last { // nothing of it can have been read
				require.False(t, next.sees(x), x)
				continue
			}
			if x < later.xmax {
				require.Equal(t, old.sees(x) || x <= last && later.sees(x), next.sees(x), "%d in %s up to %d of %s: %s", x, old, last, later, next)
			}
		}
	})
}
