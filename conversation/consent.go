package conversation

// Category is what Meta calls a template's category.
type Category string

// The three categories.
const (
	Marketing      Category = "marketing"
	Utility        Category = "utility"
	Authentication Category = "authentication"
)

// Categories lists them; whoever opts in or out without naming one means all of them.
var Categories = []Category{Marketing, Utility, Authentication}

// Consent is what holds for one category: the contact's latest word on it.
type Consent string

// Nothing is known, the contact has opted in, or has opted out.
const (
	NoConsent Consent = ""
	OptedIn   Consent = "in"
	OptedOut  Consent = "out"
)

// Undeliverable is the reason of the suppression that ends with the contact's next message (131026); the others end by hand.
const Undeliverable = "undeliverable"

// Permissions are what does not depend on the window: what the contact has agreed to, whether we write to it at all, and
// whether the business number sends. The zero value knows of no consent and of no obstacle.
type Permissions struct {
	Marketing      Consent `json:"marketing,omitempty"`
	Utility        Consent `json:"utility,omitempty"`
	Authentication Consent `json:"authentication,omitempty"`
	// Suppressed and SuppressedMarketing are the reasons, empty if there is none: nothing, or no marketing, is sent.
	Suppressed          string `json:"suppressed,omitempty"`
	SuppressedMarketing string `json:"suppressed_marketing,omitempty"`
	// SenderPaused is why the business number sends nothing; empty if it does.
	SenderPaused string `json:"sender_paused,omitempty"`
}

// Consent returns what holds for a category.
func (p Permissions) Consent(c Category) Consent {
	switch c {
	case Marketing:
		return p.Marketing
	case Utility:
		return p.Utility
	case Authentication:
		return p.Authentication
	}
	return NoConsent
}

// WithConsent returns the permissions after the contact's word on a category.
func (p Permissions) WithConsent(c Category, in bool) Permissions {
	state := OptedOut
	if in {
		state = OptedIn
	}
	switch c {
	case Marketing:
		p.Marketing = state
	case Utility:
		p.Utility = state
	case Authentication:
		p.Authentication = state
	}
	return p
}
