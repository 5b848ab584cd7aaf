package conversation

import "time"

// Plan is how a contact is won back after one window has closed: the policy and the contact's zone as they were then, so
// that a change of the policy never alters a decision already made.
type Plan struct {
	WindowEnd time.Time `json:"window_end"` // which window it follows; its identity
	Policy    Policy    `json:"policy"`
	Next      int       `json:"next"`   // index of the attempt to be made next
	DueAt     time.Time `json:"due_at"` // of that attempt
	// Trying: the attempt is being planned or sent; nothing is due until we hear of it.
	Trying bool `json:"trying,omitempty"`
}
