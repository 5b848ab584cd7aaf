package audience

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// JSON is the filter as it is stored: what means the same is written the same, lists sorted and without repetitions, times in UTC.
func (f Filter) JSON() (json.RawMessage, error) {
	f.AllTags, f.AnyTags, f.NoTags = once(f.AllTags), once(f.AnyTags), once(f.NoTags)
	f.Languages, f.Markets, f.Statuses = once(f.Languages), once(f.Markets), once(f.Statuses)
	f.LastInboundAfter, f.LastInboundBefore = utc(f.LastInboundAfter), utc(f.LastInboundBefore)
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write a filter: %w", err)
	}
	return raw, nil
}

// utc is to the microsecond, which is how exactly Postgres compares. The zero time stays what it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

func once[S ~string](list []S) []S {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// Parse reads a filter strictly: a part that is misspelt would silently mean more people.
func Parse(raw json.RawMessage) (f Filter, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, fmt.Errorf("read a filter: %w", err)
	}
	if d.More() {
		return f, errors.New("read a filter: there is something behind it")
	}
	return f, nil
}
