package live

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// snapshot is which transactions can be seen: those before xmax, except the ones that were running. It is pg_snapshot.
type snapshot struct {
	xmin, xmax uint64   // all before xmin are over, and nothing from xmax on had begun
	running    []uint64 // ascending, within [xmin, xmax)
}

// parseSnapshot reads what Postgres writes, as in 10:20:10,14.
func parseSnapshot(text string) (snapshot, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return snapshot{}, fmt.Errorf("%q is not a snapshot", text)
	}
	var numbers []uint64
	for _, part := range append(parts[:2:2], strings.FieldsFunc(parts[2], func(r rune) bool { return r == ',' })...) {
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			return snapshot{}, fmt.Errorf("%q is not a snapshot: %w", text, err)
		}
		numbers = append(numbers, n)
	}
	s := snapshot{numbers[0], numbers[1], numbers[2:]}
	return s, s.check()
}

// check reports whether it is one that Postgres could have written.
func (s snapshot) check() error {
	if s.xmin == 0 || s.xmin > s.xmax {
		return fmt.Errorf("a snapshot from %d to %d", s.xmin, s.xmax)
	}
	last := s.xmin - 1
	for _, x := range s.running {
		if x <= last || x >= s.xmax {
			return fmt.Errorf("transaction %d does not belong into its snapshot", x)
		}
		last = x
	}
	return nil
}

// String writes it as Postgres reads it.
func (s snapshot) String() string {
	running := make([]string, len(s.running))
	for i, x := range s.running {
		running[i] = strconv.FormatUint(x, 10)
	}
	return fmt.Sprintf("%d:%d:%s", s.xmin, s.xmax, strings.Join(running, ","))
}

// sees reports whether what the transaction has written can be seen, if it has been committed.
func (s snapshot) sees(xid uint64) bool {
	_, running := slices.BinarySearch(s.running, xid)
	return xid < s.xmax && !running
}

// upTo is s with, of what a later snapshot sees beside it, the transactions up to last: where a reader stands who has read those.
func (s snapshot) upTo(later snapshot, last uint64) snapshot {
	next := snapshot{xmax: max(s.xmax, last+1)}
	for _, x := range later.running {
		if x <= last {
			next.running = append(next.running, x)
		}
	}
	for _, x := range s.running {
		if x > last {
			next.running = append(next.running, x)
		}
	}
	slices.SortFunc(next.running, cmp.Compare)
	next.xmin = next.xmax
	if len(next.running) > 0 {
		next.xmin = next.running[0]
	}
	return next
}
