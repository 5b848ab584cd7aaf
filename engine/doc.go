// Package engine is how others reach a conversation's workflow: the options with which a run is started, whoever starts it,
// and the requests that a run answers.
//
//	Request ──► read the row: facts, permissions, settings ──► UpdateWithStart ──► a run, open or started for it ──► Answer
//	               ▲                                             │ it is closing, or busy
//	               └──────────────── a little later ─────────────┘
//	                                                             │ 5 s are over, Temporal is away, no worker answers
//	                                                             └──► ErrUnavailable
//
// It owns how a request gets to the workflow, and for how long that is tried. It does not own what is decided there
// (conversation), nor the answer's form outside (gateway/api). What is merely to be told is signalled (Signal): stored events by the
// relay, what stands elsewhere by a Teller.
//
// Rows that need a workflow of another kind, campaigns and imports, have one by Runs.
//
// Why failure is safe: whoever gives up has not learned whether the request was carried out, and asks again under the same
// request id. Within a run Temporal knows the update by its id, in a later one the workflow finds the first answer in
// Postgres. The update's id names what is asked beside the request's id: otherwise Temporal would answer another question
// under the same id with the first one's answer, and nobody would notice.
//
// The row can be ahead of the workflow, which has not heard yet what is stored; therefore each try reads it anew.
package engine
