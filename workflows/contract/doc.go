// Package contract has every name and payload that a caller needs to talk to Reengage's workflows: the task queue, the
// workflow types and ids, the signals and the query, the search attributes. It has nothing else, so that a service can
// depend on it without depending on how a decision is made.
package contract
