// Package activities carries out what the workflows decided. It is the only place where a workflow touches the world.
//
// Every activity is idempotent by a key made from data, because each may run again after it has done its work: a
// reminder is one row per (conversation, deadline, lead); a charge one per (scheme, kind, event, revision); a message
// one per (number, provider's id); a plan one row per send id; a request to the provider at most one per (send, attempt).
// Errors carry the decision: whatever can pass is returned as it is and tried again without limit; what never can is
// non-retryable and says so in one sentence. Send alone is never tried again by Temporal: after any error of it the workflow
// asks SettleSend what became of the attempt.
//
// It owns no rule: what is owed is the ledger's, what is stored is intake's, how a message is sent is sending's, what is due
// is conversation's.
package activities
