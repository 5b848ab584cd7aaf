package whatsapptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Span is from the least to the most; in JSON ["10s","30m"].
type Span struct{ Least, Most time.Duration }

// at is the delay of somebody who was dealt this share, from 0 to 1: most are
// quick, and a few take their time.
func (s Span) at(share float64) time.Duration {
	return s.Least + time.Duration(float64(s.Most-s.Least)*share*share*share)
}

// MarshalJSON writes the bounds as Go writes durations.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal([]string{s.Least.String(), s.Most.String()})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Span) UnmarshalJSON(b []byte) error {
	var bounds []string
	if err := json.Unmarshal(b, &bounds); err != nil || len(bounds) != 2 {
		return errors.New(`a delay is two bounds: ["10s","30m"]`)
	}
	for i, to := range []*time.Duration{&s.Least, &s.Most} {
		d, err := time.ParseDuration(bounds[i])
		if err != nil {
			return fmt.Errorf("a delay's bound: %w", err)
		}
		*to = d
	}
	return nil
}
