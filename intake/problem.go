package intake

// problem is a piece of a body that could not be understood. It says where and why, and quotes nothing.
type problem struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// The reasons that intake adds to the parser's own. They are stable.
const (
	// reasonIdentityConflict: the phone and the bsuid of one person belong to two contacts. The bsuid counted.
	reasonIdentityConflict = "identity_conflict"
	// reasonBadIdentity: nothing that names the contact is usable.
	reasonBadIdentity = "bad_identity"
	// reasonMoreProblems: there are more than are listed.
	reasonMoreProblems = "more_problems"
	// reasonNotStorable: the database refused the piece, although it could be read.
	reasonNotStorable = "not_storable"
)
