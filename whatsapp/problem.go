package whatsapp

// Problem is a piece of a body that could not be read. It carries no content,
// so it may be logged and counted.
type Problem struct {
	// Path leads to the piece: `entry[0].changes[2].value.messages[1].timestamp`.
	// It is empty when the body as a whole is meant.
	Path string
	// Reason is one of the Reason constants.
	Reason Reason
	// Dropped tells a lost update from one that is merely incomplete: with
	// true no Update stands for the piece, with false one does, without it.
	Dropped bool
}

// Reason says what was wrong with a piece. The values are stable: they are
// metric labels and are shown to operators.
type Reason string

const (
	// ReasonNotJSON: the body is not JSON.
	ReasonNotJSON Reason = "not_json"
	// ReasonTrailingData: a complete JSON value is followed by something else.
	ReasonTrailingData Reason = "trailing_data"
	// ReasonWrongObject: the envelope's `object` is not a WhatsApp account's.
	ReasonWrongObject Reason = "wrong_object"
	// ReasonMissing: a member is absent, null or empty without which the piece
	// means nothing.
	ReasonMissing Reason = "missing"
	// ReasonWrongType: a string where an object is due, and the like.
	ReasonWrongType Reason = "wrong_type"
	// ReasonBadTimestamp: not a count of Unix seconds between 1970 and 9999.
	ReasonBadTimestamp Reason = "bad_timestamp"
	// ReasonBadIdentity: neither a phone's digits nor a business-scoped id.
	ReasonBadIdentity Reason = "bad_identity"
	// ReasonTooLong: an id longer than any real one, which no index would take.
	ReasonTooLong Reason = "too_long"
	// ReasonTooDeep: nested deeper than any real webhook.
	ReasonTooDeep Reason = "too_deep"
)

// maxProblems bounds what a hostile body can make us remember: a body of 3 MB
// has room for more than a million malformed items.
const maxProblems = 1000
