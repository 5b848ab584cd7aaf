// Package campaign broadcasts an approved template to a segment, through the conversations of those who are in it (campaigns.md).
//
//	draft ─► scheduled ─► running ◄─► paused ─► finished, or cancelled
//	                         │
//	        choose (K2) ─► recipients ─► claim, at the pace ─► tell the conversation ─► its gate, its send (K4)
//	                         ▲                │                                               │
//	                         │ held, due      │ look: stop by itself? (K6)                    ▼
//	                         └────────────────┴──────────────────── results, from the facts about the send
//
//	Create, Change, Delete, Launch, Pause, Resume, Cancel   one transaction each: the pure table of states (Next), the audit, then
//	                                                        the run is told
//	Choose    pages of the filter's contacts into recipients, with their parameters filled
//	Advance   some seconds of whatever is next; its caller, the Campaign workflow, only waits
//	Look      pure: whether it has to stop
//
// It owns the campaign's states, who is a recipient, and when each is asked. It does not own whether a message goes and what becomes of
// it: that is the conversation's and sending's, who also move the recipient from asked on.
//
// Why failure is safe: everything stands in Postgres, and each step may be repeated, also beside a worker that was taken for dead. A
// recipient is claimed under SKIP LOCKED, marked as asked and only then told of; if the telling is lost, it is asked again after a while,
// and that changes nothing where it was not lost, because the recipient's id is the id of its send (K3). A state that its run has not
// been told of says so in the row, and whoever looks after runs tells it (Wanted, engine.Runs). Recipients are locked before their
// campaign's row and never the other way round, as sending does.
//
// Starts, ends, quiet hours and the contacts of a day are on the virtual clock; the pace and what is asked again are in real time, on the
// database's clock.
package campaign
