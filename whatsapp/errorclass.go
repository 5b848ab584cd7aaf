package whatsapp

// ErrorClass is what a Graph error means for a send: the decision, not the text.
// The values are stable: they are stored, and are metric labels.
type ErrorClass string

const (
	// ClassRetry: the provider's trouble; the same send may be tried again.
	ClassRetry ErrorClass = "retry"
	// ClassThrottle: too fast for the number or the account; slow the number down.
	ClassThrottle ErrorClass = "throttle"
	// ClassPairThrottle: too fast for this number and contact; the n-th time wait
	// 4^n seconds, and nobody else does.
	ClassPairThrottle ErrorClass = "pair_throttle"
	// ClassWindowClosed: the provider considers the window closed (W9).
	ClassWindowClosed ErrorClass = "window_closed"
	// ClassWait24h: the contact has had enough marketing of whoever; not today.
	ClassWait24h ErrorClass = "wait_24h"
	// ClassSuppressMarketing: no marketing to this contact any more.
	ClassSuppressMarketing ErrorClass = "suppress_marketing"
	// ClassSuppress: nothing to this contact any more, until it writes (131026) or
	// somebody lifts it.
	ClassSuppress ErrorClass = "suppress"
	// ClassTemplateFault: the template is missing, paused, disabled or against policy.
	ClassTemplateFault ErrorClass = "template_fault"
	// ClassRequestFault: this request is wrong and stays wrong.
	ClassRequestFault ErrorClass = "request_fault"
	// ClassSenderPaused: the number or its account may not send; people must act.
	ClassSenderPaused ErrorClass = "sender_paused"
	// ClassAuth: the access token or its permissions.
	ClassAuth ErrorClass = "auth"
	// ClassRegistration: the number is not, or wrongly, registered.
	ClassRegistration ErrorClass = "registration"
	// ClassUnknown: a code nobody has told us of. A permanent failure, kept verbatim
	// and counted.
	ClassUnknown ErrorClass = "unknown"
)

// classes is the table of sending.md, "Error classes". The codes are those of
// Meta's page "Cloud API, Error Codes" as whatsapp.md read it in October 2026.
var classes = map[int]ErrorClass{
	1: ClassRetry, 2: ClassRetry, 131000: ClassRetry, 131016: ClassRetry, 133004: ClassRetry, 131057: ClassRetry,
	4: ClassThrottle, 80007: ClassThrottle, 130429: ClassThrottle,
	131056: ClassPairThrottle,
	131047: ClassWindowClosed,
	131049: ClassWait24h,
	131050: ClassSuppressMarketing, 130472: ClassSuppressMarketing,
	131026: ClassSuppress, 131021: ClassSuppress,
	132001: ClassTemplateFault, 132007: ClassTemplateFault, 132015: ClassTemplateFault, 132016: ClassTemplateFault,
	100: ClassRequestFault, 131008: ClassRequestFault, 131009: ClassRequestFault, 131051: ClassRequestFault, 131053: ClassRequestFault,
	132000: ClassRequestFault, 132005: ClassRequestFault, 132012: ClassRequestFault, 132018: ClassRequestFault,
	131048: ClassSenderPaused, 368: ClassSenderPaused, 131031: ClassSenderPaused, 130497: ClassSenderPaused, 131042: ClassSenderPaused,
	131045: ClassSenderPaused, 135000: ClassSenderPaused,
	0: ClassAuth, 3: ClassAuth, 10: ClassAuth, 190: ClassAuth, 131005: ClassAuth,
}

// PausesSender reports whether an error of this class stops everything that its
// business number sends, until people have put something right.
func (c ErrorClass) PausesSender() bool {
	return c == ClassSenderPaused || c == ClassAuth || c == ClassRegistration
}

// ClassOf is the decision for a Graph error code, wherever it was stated: in the
// answer to a send or in a failed status. An exact code goes before a range.
func ClassOf(code int) ErrorClass {
	class, exact := classes[code]
	switch {
	case exact:
		return class
	case code >= 200 && code <= 299:
		return ClassAuth
	case code >= 133000 && code <= 133999:
		return ClassRegistration
	}
	return ClassUnknown
}

var classSentences = map[ErrorClass]string{
	ClassRetry:             "WhatsApp had a passing problem; the message can be tried again.",
	ClassThrottle:          "WhatsApp asks this business number to send more slowly.",
	ClassPairThrottle:      "WhatsApp asks for a pause before this contact is written to again.",
	ClassWindowClosed:      "WhatsApp considers the 24-hour window closed; only a template can be sent.",
	ClassWait24h:           "WhatsApp did not deliver this to keep the contact from too much marketing; try again after a day.",
	ClassSuppressMarketing: "This contact does not receive marketing messages.",
	ClassSuppress:          "This contact cannot be reached on WhatsApp.",
	ClassTemplateFault:     "WhatsApp does not accept this template: it is missing, not approved, paused, disabled or against its policy.",
	ClassRequestFault:      "WhatsApp found this message wrong in form; it has to be changed before it can be sent.",
	ClassSenderPaused:      "WhatsApp does not let this business number send at present; its account needs attention.",
	ClassAuth:              "WhatsApp did not accept our access token or its permissions.",
	ClassRegistration:      "This business number is not properly registered with WhatsApp.",
	ClassUnknown:           "WhatsApp refused the message with an error that is not known here.",
}

// Sentence says the class to people. It is ours: Meta's texts change, and may
// name whom they concern.
func (c ErrorClass) Sentence() string {
	if s, ok := classSentences[c]; ok {
		return s
	}
	return classSentences[ClassUnknown]
}
