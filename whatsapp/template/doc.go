// Package template knows what a WhatsApp template is, what may stand in it and
// how its variables are filled.
//
// # Owns
//
//	Parse ──▶ Template ──Lint──▶ Findings: what the provider would object to
//	             │     └─Variables─▶ what a sender has to fill in, with samples
//	Parameters ──┼──Check──▶ *ParameterError, or nothing; Problems: all of them
//	             ├──Fill────▶ the `components` of a send
//	             └──Preview─▶ what the customer will see
//
// The rules are those of whatsapp.md, "Templates". Those about form are exact.
// Those about content are lists of phrases (content.go), each with its source:
// they find what a reviewer is likely to object to, not everything that one may.
//
// # Does not own
//
// Whether a template may be sent (approved, opted in, within the caps): the gate
// decides. Where templates are stored, and how they are fetched.
//
// # Why failure is safe
//
// Nothing here fails on what it is given: a template that makes no sense has
// findings, parameters that do not fit have an error that names the place and
// quotes no value, so that it may be logged.
package template
