package api

// Idempotent documents the header that every POST accepts. The requests that have it so far name what they are about,
// so a repetition is recognised by that, with the key or without.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted. This request is idempotent by what it names already: repeating it changes nothing, with the key or without."`
}
