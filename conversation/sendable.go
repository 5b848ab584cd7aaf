package conversation

import "time"

// CanSend says what may be sent now and, where something may not, why.
type CanSend struct {
	Freeform      bool       `json:"freeform"`
	FreeformUntil *time.Time `json:"freeform_until,omitempty" doc:"While freeform: when it ends, short of the window's end (W5); half-open."`
	Template      bool       `json:"template"` // of at least one category
	Reason        Code       `json:"reason"`   // empty if both may be sent; of the two, what keeps templates back says more
}

// SendableAt asks the gate about a message of each kind at now.
func SendableAt(c Circumstances, now time.Time) CanSend {
	freeform := Gate(c, Wish{}, now)
	can := CanSend{Freeform: freeform.Allows()}
	if can.Freeform {
		can.FreeformUntil = new(c.Facts.FreeformUntil(c.margin()))
	}
	var template Verdict
	for _, category := range Categories {
		template = Gate(c, Wish{Template: true, Category: category}, now)
		if template.Allows() {
			can.Template = true
			break
		}
	}
	switch {
	case !can.Template:
		can.Reason = template.Code
	case !can.Freeform:
		can.Reason = freeform.Code
	}
	return can
}
