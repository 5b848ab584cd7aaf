package live

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestACursorIsReadAsItWasWritten(t *testing.T) {
	for _, seen := range []string{"10:10:", "10:20:10", "4294967300:4294967400:4294967300,4294967310,4294967399"} {
		s, err := parseSnapshot(seen)
		require.NoError(t, err)
		c := cursor{-7236954, s, time.Date(2026, 11, 20, 12, 0, 0, 123000, time.UTC)}
		read, err := parseCursor(c.String())
		require.NoError(t, err)
		require.Equal(t, c.String(), read.String())
		require.Equal(t, seen, read.seen.String())
		require.Equal(t, c.until, read.until)
	}
}

func TestWhatWasNotGivenOutHereIsNoCursor(t *testing.T) {
	good := cursor{1, snapshot{10, 20, []uint64{12}}, time.Unix(0, 0)}.String()
	for _, text := range []string{"", "x", "1", "AQ", good + "A", good[:len(good)-2], "%", good + "=", strings.Repeat("A", maxCursor+1)} {
		_, err := parseCursor(text)
		require.ErrorIs(t, err, ErrCursor, text)
	}
}

func FuzzACursorThatIsReadIsACanonicalOne(f *testing.F) {
	f.Add([]byte{1, 2, 0, 10, 10, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		text := base64.RawURLEncoding.EncodeToString(b)
		if c, err := parseCursor(text); err == nil {
			require.Equal(t, text, c.String())
			require.NoError(t, c.seen.check())
		}
	})
}

func TestNoTextMakesTheReaderOfCursorsPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := append([]byte{cursorVersion}, rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")...)
		if c, err := parseCursor(base64.RawURLEncoding.EncodeToString(b)); err == nil {
			require.NoError(t, c.seen.check())
		}
	})
}
