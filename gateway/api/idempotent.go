package api

import "github.com/google/uuid"

// Idempotent documents the header that every POST accepts, of requests that name what they are about: a repetition is
// recognised by that, with the key or without.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[ -~]+$" doc:"Accepted. This request is idempotent by what it names already: repeating it changes nothing, with the key or without."`
}

// Repeatable has the header, of requests that do something anew each time: the key makes two of them one.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[ -~]+$" example:"ticket-4711/reply-2" doc:"Names this request within the conversation. A repetition under the same key gets the first answer, whenever it comes, and does nothing. 1 to 255 printable ASCII characters; without one each request is another."`
}

// requestID is the caller's key, or a new one.
func (r Repeatable) requestID() string {
	if r.Key == "" {
		return uuid.NewString()
	}
	return r.Key
}
