// Package campaign broadcasts an approved template to a segment, through the conversations of those who are in it (campaigns.md).
//
//	draft ─► scheduled ─► running ◄─► paused ─► finished, or cancelled
//	                         │
//	        choose (K2) ─► recipients ─► claim, at the pace ─► tell the conversation ─► its gate, its send (K4)
//	                         ▲                │                                               │
//	                         │ held, due      │ look: stop by itself? (K6)                    ▼
//	                         └────────────────┴──────────────────── results, from the facts about the send
package campaign
