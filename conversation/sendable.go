package conversation

import "time"

// CanSend says what may be sent now and, where something may not, why.
type CanSend struct {
	Freeform bool   `json:"freeform"`
	Template bool   `json:"template"`
	Reason   string `json:"reason"` // empty if both may be sent
}

// Reasons why something may not be sent. The stable codes of sending.md.
const (
	WindowClosed = "window_closed" // free-form: the window is closed, or too close to its end (W5)
)

// SendableAt decides what may be sent at now from the window alone. An open window is an implicit opt-in for
// templates; without one nothing is known yet that would allow them.
func SendableAt(f Facts, now time.Time) CanSend {
	can := CanSend{Freeform: f.FreeformAllowed(now, SendMargin), Template: f.WindowOpen(now)}
	if !can.Freeform {
		can.Reason = WindowClosed
	}
	return can
}
