// Package whatsapp is what the project knows of the WhatsApp Cloud API.
//
// # Owns
//
// The signature of a webhook, and the shapes that a webhook's body carries:
//
//	bytes ──Verify──▶ genuine ──Parse──▶ Updates (typed, flat, in order)
//	                                └──▶ Problems (what could not be read, and where)
//
//	{object, entry: [{id: WABA, time, changes: [{field, value}]}]}
//	                                              │
//	   messages            → Message, Status, NumberError
//	   calls               → Call
//	   smb_message_echoes  → Echo
//	   user_preferences    → Preference
//	   ..template..update  → TemplateUpdate
//	   account_update, ... → AccountUpdate
//	   anything else       → Unknown
//
// Beside that, what sending needs and every caller must agree on: ClassOf, the
// one table from a Graph error code to the decision, whether it came in an
// answer or in a failed status; and CheckText, what a free-form text may be.
// Templates are in template/, the client in cloudapi/, a simulator of Meta in
// whatsapptest/.
//
// # Does not own
//
// What an update means. Which message types open a window (W2), whose clock is
// believed (W3) and which contact an identity belongs to (W10) are decided by
// the packages that read Updates. Nothing here reads a clock, a database or
// the network.
//
// # Why failure is safe
//
// Meta repeats for days whatever is not answered with 200, and puts up to a
// thousand unrelated updates into one body. So a body is never refused for its
// content: every item is read from its own piece of JSON, a piece that cannot
// be read becomes a Problem with its path and drops nothing but itself, and a
// field nobody has heard of becomes an Unknown. The caller keeps the raw bytes.
//
// A Problem names a place and a reason and quotes nothing, so that it can be
// logged; an Update holds names, phones, message ids and texts, and cannot.
package whatsapp
