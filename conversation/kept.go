package conversation

import "time"

// Kept is an agent's reply that waits for the contact's answer (sending.md, "Kept replies"). The text is not here.
type Kept struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`    // when it was kept
	Until time.Time `json:"until"` // half-open
}
