package whatsapptest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Crowd is a lot of customers who do by themselves what people do with a
// broadcast. Whoever has a phone that begins with Prefix is one of them; what
// becomes of a template that is sent there is Fate, known beforehand.
type Crowd struct {
	// Seed makes the fates: another one, other fates.
	Seed uint64 `json:"seed"`
	// Prefix is the digits with which the phones begin.
	Prefix string `json:"prefix"`
	// Shares say how many do what.
	Shares Shares `json:"shares"`
	// Quote is the share, of those who answer, whose answer quotes the message.
	Quote float64 `json:"quote"`
	// Delays say how soon; the zero value takes some minutes.
	Delays Delays `json:"delays"`
	// Names are the profile names by phone, of those who have one of their own.
	Names map[string]string `json:"names,omitempty"`
}

// Shares are those of a crowd who do something, from 0 to 1, each in exactly
// one of them. The others have it delivered, and do not look.
type Shares struct {
	Unreachable float64 `json:"unreachable"` // accepted, then failed: 131026
	Stopped     float64 `json:"stopped"`     // want no marketing: refused, 131050
	Blocking    float64 `json:"blocking"`    // accepted and sent, never delivered
	SayingStop  float64 `json:"saying_stop"` // read it, and write STOP
	Answering   float64 `json:"answering"`   // read it, and answer
	Reading     float64 `json:"reading"`     // read it, and say nothing
}

// Delays are virtual; each lies between two bounds, mostly nearer to the lower
// one. Sent counts from the acceptance, the others from the step before.
type Delays struct {
	Sent      Span `json:"sent"`
	Delivered Span `json:"delivered"`
	Read      Span `json:"read"`
	Written   Span `json:"written"`
}

// usualDelays are those of a crowd that does not say.
var usualDelays = Delays{
	Sent: Span{time.Second, 3 * time.Second}, Delivered: Span{time.Second, time.Minute},
	Read: Span{10 * time.Second, 30 * time.Minute}, Written: Span{20 * time.Second, 20 * time.Minute},
}

// SetCrowd makes these customers exist; those of before are forgotten, except
// for what they are about to do. Without any, everybody is as usual again.
func (s *Simulator) SetCrowd(crowds ...Crowd) error {
	for i, c := range crowds {
		if err := c.check(); err != nil {
			return fmt.Errorf("crowd %d: %w", i, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crowds, s.crowdCounts = crowds, CrowdCounts{}
	return nil
}

func (c Crowd) check() error {
	if c.Prefix == "" || digits(c.Prefix) != c.Prefix {
		return errors.New("`prefix` is the digits with which the phones begin")
	}
	sum := 0.0
	for _, share := range append(c.Shares.list(), c.Quote) {
		if math.IsNaN(share) || share < 0 || share > 1 {
			return fmt.Errorf("a share is from 0 to 1, not %v", share)
		}
	}
	for _, share := range c.Shares.list() {
		sum += share
	}
	if sum > 1+1e-9 {
		return fmt.Errorf("the shares come to %v: nobody is in two of them", sum)
	}
	for _, span := range []Span{c.Delays.Sent, c.Delays.Delivered, c.Delays.Read, c.Delays.Written} {
		if span.Least < 0 || span.Most < span.Least {
			return fmt.Errorf("a delay is from the least to the most, not %v to %v", span.Least, span.Most)
		}
	}
	return nil
}

func (s Shares) list() []float64 {
	return []float64{s.Unreachable, s.Stopped, s.Blocking, s.SayingStop, s.Answering, s.Reading}
}

// has reports whether the customer is one of the crowd.
func (c Crowd) has(phone string) bool { return phone != "" && strings.HasPrefix(phone, c.Prefix) }

// crowdOf finds the crowd that a phone is in. To be called with s.mu held.
func (s *Simulator) crowdOf(phone string) (Crowd, bool) {
	for _, c := range s.crowds {
		if c.has(phone) {
			return c, true
		}
	}
	return Crowd{}, false
}
