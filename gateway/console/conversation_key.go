package console

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/google/uuid"
)

// keyOf is the Idempotency-Key of what a form will ask for: the same for a person and a conversation until something has happened
// in it. So a double click, a form sent again and the same page in two tabs are one request, while whoever looks again, and sends
// another, makes another. A key that was used for something else is refused by the API, and the page then shows what has happened.
//
// After a refusal the next request needs a key of its own: the refusal is the answer to the old one for ever.
func keyOf(what string, d dossier) string {
	if d.again {
		return "console/" + what + "/" + uuid.NewString()
	}
	state := fmt.Sprintf("%s\x00%s\x00%s\x00", d.c.ID, d.who.Ref(), d.who.Name)
	if len(d.timeline.Items) > 0 {
		latest := d.timeline.Items[0]
		state += latest.At.UTC().String() + "\x00" + latest.ID
	}
	for _, item := range d.timeline.Items { // a send moves in the list as it goes on
		if item.Message != nil && item.Message.SendID != nil {
			state += "\x00" + item.Message.SendID.String()
		}
	}
	sum := sha256.Sum256([]byte(state))
	return "console/" + what + "/" + base64.RawURLEncoding.EncodeToString(sum[:18])
}
