package main

// chargesVerbs are what can be done with charges. Without a word of its own it is the listing, which asks the gateway; what
// decides about money works on the database itself, which only those who may do that can reach.
type chargesVerbs struct {
	List chargesVerb `cmd:"" default:"withargs" help:"Show what the ledger says of a period; what charges does if no other verb follows."`
}
