package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/gateway/access"
)

// Every POST accepts an Idempotency-Key, in one of three ways:
//
//	Repeatable    a workflow decides: sending, keeping, closing     table requests, within the conversation, for ever
//	Remembered    what a repetition would do again later            the first answer is kept, 30 days
//	Idempotent    what is idempotent by what it names anyway        the key only holds what it was used for, 30 days
//
// Under a key that another request has had nothing is done (409). A request that is refused leaves its key free.

// Idempotent is the header of requests that name what they are about: a repetition is recognised by that, with the key or without.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[ -~]+$" doc:"Accepted. This request is idempotent by what it names already: repeating it changes nothing, with the key or without. Another request of this kind under the same key is refused."`
}

// Remembered is the header of requests whose repetition would undo what somebody else has done since.
type Remembered struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[ -~]+$" doc:"A repetition under the same key gets the first answer and does nothing, for 30 days. Another request of this kind under it is refused."`
}

// Repeatable has the header, of requests that do something anew each time: the key makes two of them one.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[ -~]+$" example:"ticket-4711/reply-2" doc:"Names this request within the conversation. A repetition under the same key gets the first answer, whenever it comes, and does nothing; another request is refused. 1 to 255 printable ASCII characters; without one each request is another."`
}

// requestID is the caller's key, or a new one.
func (r Repeatable) requestID() string {
	if r.Key == "" {
		return uuid.NewString()
	}
	return r.Key
}

// keyed is a request whose key is held here.
type keyed interface {
	idempotencyKey() (key string, remembered bool)
}

func (k Idempotent) idempotencyKey() (string, bool) { return k.Key, false }
func (k Remembered) idempotencyKey() (string, bool) { return k.Key, true }

func keyReused() *Problem {
	p := newProblem(http.StatusConflict, "idempotency_key_reused", "another request has this Idempotency-Key; nothing was done")
	p.Field = "Idempotency-Key"
	p.Errors = []FieldError{{Field: p.Field, Code: p.Code, Detail: p.Detail}}
	return p
}

// underKey has execute answer a request, unless its key says that it has been answered or that it is another.
func underKey[O any](ctx context.Context, a *API, operation string, in any, execute func() (O, error)) (O, error) {
	request, ok := in.(keyed)
	if !ok {
		return execute()
	}
	key, remembered := request.idempotencyKey()
	if key == "" {
		return execute()
	}
	var out O
	id := keyID(ctx, operation, key)
	asked, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	fingerprint := sha256.Sum256(asked)
	held, err := a.queries.UseIdempotencyKey(ctx, id, fingerprint[:])
	switch {
	case err != nil:
		return out, err
	case !bytes.Equal(held.Fingerprint, fingerprint[:]):
		return out, keyReused()
	case held.Answer != nil:
		err = json.Unmarshal(held.Answer, &out)
		return out, err
	}
	if out, err = execute(); err != nil {
		if held.Taken && refusedBy(err) {
			a.freeKey(ctx, id)
		}
		return out, err
	}
	if !remembered {
		return out, nil
	}
	answer, err := json.Marshal(out)
	if err != nil {
		return out, err
	}
	return out, a.queries.KeepIdempotentAnswer(ctx, answer, id)
}

// keyID names a key as who asked used it for one kind of thing. It is a hash, because people write into keys what they like.
func keyID(ctx context.Context, operation, key string) []byte {
	who, _ := access.From(ctx)
	id := sha256.Sum256([]byte(who.Ref() + "\x00" + operation + "\x00" + key))
	return id[:]
}

// refusedBy reports whether it is the request's fault, so that nothing was done.
func refusedBy(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status < http.StatusInternalServerError
}

// freeKey is not the caller's concern: a key that stays held only holds the request that was refused.
func (a *API) freeKey(ctx context.Context, id []byte) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := a.queries.FreeIdempotencyKey(ctx, id); err != nil && !db.Away(err) {
		a.log.WarnContext(ctx, "an idempotency key could not be freed", "error", err)
	}
}
