package console

import (
	"net/http"
	"net/url"
	"time"

	"reengage/gateway/access"
	"reengage/sending"
)

// keptView is a reply that waits for the contact's answer or, once that has come, for somebody to send or discard it.
type keptView struct {
	ID      string
	Text    string
	Offered bool
	Open    bool // it may be sent; else the window has closed, and the gate would refuse it
	Since   zoned
	Until   zoned
	Key     string // empty: may neither send nor discard
}

func keptOf(d dossier, zone *time.Location) *keptView {
	k := d.c.KeptReply
	if k == nil || k.State != sending.KeptWaiting && k.State != sending.KeptOffered {
		return nil
	}
	v := &keptView{ID: k.ID.String(), Text: k.Text, Offered: k.State == sending.KeptOffered, Open: d.c.CanSend.Freeform, Since: zonedOf(k.KeptAt, zone), Until: zonedOf(k.KeepUntil, zone)}
	if d.who.May(access.Send) {
		v.Key = keyOf("kept/"+v.ID, d)
	}
	return v
}

func (c *Console) sendKept(w http.ResponseWriter, r *http.Request) error {
	return c.act(w, r, "The kept reply is on its way.", draft{}, func() error { return c.releaseKept(r, "/send") })
}

func (c *Console) discardKept(w http.ResponseWriter, r *http.Request) error {
	return c.act(w, r, "The kept reply is discarded.", draft{}, func() error { return c.releaseKept(r, "/discard") })
}

// releaseKept has a key for each of what can be done, since they are different requests.
func (c *Console) releaseKept(r *http.Request, what string) error {
	return c.post(r, "/kept-replies/"+url.PathEscape(r.PathValue("kept"))+what, r.PostFormValue("key")+what, nil)
}
