package cloudapi

import (
	"fmt"
	"strings"
	"time"

	"reengage/whatsapp"
)

// Failure is what is known of a call that went wrong. It holds nothing that is
// a person's and no secret, and may be logged.
type Failure struct {
	// Code is the Graph error's; it means something only if HasCode (0 is a code).
	Code    int
	HasCode bool
	// Class is the decision for Code (whatsapp.ClassOf). Without a code it is
	// ClassRetry, and empty of a send whose Outcome is Unknown, which no class
	// decides about.
	Class whatsapp.ErrorClass
	// HTTPStatus is the answer's; 0 if there was none.
	HTTPStatus int
	// Details are the provider's words about a code of ClassUnknown, without
	// what may be a person's; empty otherwise.
	Details string
	// RetryAfter is how long the provider asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Reason says what happened to a call that carries no code.
	Reason Reason

	cause error // a context's; nil otherwise
}

// Reason is what happened to a call. The values are stable: they are metric
// labels.
type Reason string

const (
	ReasonGraphError Reason = "graph_error" // the provider refused, with a code
	ReasonBadRequest Reason = "bad_request" // we would not send this: no recipient, no content
	ReasonConnect    Reason = "connect"     // no connection: refused, no such host, no route, proxy
	ReasonTLS        Reason = "tls"         // no agreement, or not whom we expected
	ReasonTimeout    Reason = "timeout"     // a limit or the caller's deadline
	ReasonCanceled   Reason = "canceled"    // the caller did not want to know any more
	ReasonBroken     Reason = "broken"      // the connection ended before the whole answer was there
	ReasonBadAnswer  Reason = "bad_answer"  // an answer that nobody can read
)

// Error has codes and words of ours, and Details.
func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(string(f.Reason))
	if f.HasCode {
		fmt.Fprintf(&b, " %d (%s)", f.Code, f.Class)
	}
	if f.HTTPStatus != 0 {
		fmt.Fprintf(&b, ", HTTP %d", f.HTTPStatus)
	}
	if f.Details != "" {
		b.WriteString(": " + f.Details)
	}
	return b.String()
}

// Unwrap is the context's error, if that ended the call.
func (f *Failure) Unwrap() error { return f.cause }

// Outcome is what can be said of a send that was not accepted.
type Outcome string

const (
	// NotSent: it is certain that the message will not go out.
	NotSent Outcome = "not_sent"
	// Unknown: it may or may not have been accepted; only a status can tell.
	Unknown Outcome = "unknown"
)

// SendError is the error of Client.Send.
type SendError struct {
	Outcome Outcome
	Failure
}

func (e *SendError) Error() string {
	return "send a message: " + strings.ReplaceAll(string(e.Outcome), "_", " ") + ": " + e.Failure.Error()
}

// Unwrap gives the Failure itself, for errors.As, and with it its cause.
func (e *SendError) Unwrap() error { return &e.Failure }
