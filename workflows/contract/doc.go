// Package contract has every name and payload that a caller needs to talk to Reengage's workflows: the task queue, the
// workflow types and ids, the signals and the query, the search attributes. It has nothing else: what workflows and
// activities say to each other is in package activities.
//
// A service that uses it depends on the state of a decision (package conversation, because a snapshot shows it and a run
// may be started with it), but on no database and no server. Of Temporal's SDK it needs the keys of search attributes.
package contract
