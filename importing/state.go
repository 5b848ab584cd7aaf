package importing

// State is how far an import has got.
//
//	receiving ──► checking ──► checked ──apply──► importing ──► finished
//	    └──────────(not a dry run)────────────────────┘
//
// From each but finished it may become failed, if the file cannot be read as contacts, or be cancelled.
type State string

// The states.
const (
	Receiving State = "receiving" // the file is on its way
	Checking  State = "checking"  // what would be done is being counted
	Checked   State = "checked"   // it is known; nothing is done until somebody applies it
	Importing State = "importing"
	Finished  State = "finished"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Working reports whether a phase is under way, so that there is a workflow for it, or is to be one.
func (s State) Working() bool { return s == Checking || s == Importing }

// Over reports whether nothing more can become of it.
func (s State) Over() bool { return s == Finished || s == Failed || s == Cancelled }
