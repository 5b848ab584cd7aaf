package console

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

// conversationPath is a conversation's page; what is done in it lies below.
const conversationPath = Path + "/conversations/{id}"

var conversationRoutes = []route{
	{"GET " + conversationPath, access.Read, (*Console).showConversation},
	{"GET " + conversationPath + "/timeline", access.Read, (*Console).showEarlier},
	{"GET " + conversationPath + "/why", access.Read, (*Console).showWhy},
	{"POST " + conversationPath + "/messages", access.Send, (*Console).sendMessage},
	{"POST " + conversationPath + "/close", access.Send, (*Console).closeConversation},
	{"POST " + conversationPath + "/kept-replies/{kept}/send", access.Send, (*Console).sendKept},
	{"POST " + conversationPath + "/kept-replies/{kept}/discard", access.Send, (*Console).discardKept},
	{"POST " + conversationPath + "/consent", access.Send, (*Console).changeConsent},
	{"POST " + conversationPath + "/suppression", access.Send, (*Console).changeSuppression},
}

// dossier is all that the page is made of, as the API answers it at one moment.
type dossier struct {
	c         api.Conversation
	contact   api.KnownContact
	number    api.BusinessNumber
	timeline  api.Page[api.TimelineItem]
	templates templateList // approved ones, for those who may send
	who       access.Principal
	now       time.Time
	scale     float64 // of the clock: virtual time per real time
	ui        workflowLinks
	again     bool // a request was refused, and this page says so
}

// name is what the contact is called.
func (d dossier) name() string {
	name, _ := namesOf(d.c.Contact)
	return name
}

// conversationView is the page.
type conversationView struct {
	ID       string
	Here     string // its path
	Notice   *notice
	Head     headView
	Kept     *keptView
	Timeline timelineView
	Composer composerView
	Contact  contactView
}

// showConversation is the page as it is now.
func (c *Console) showConversation(w http.ResponseWriter, r *http.Request) error {
	d, err := c.dossier(r)
	if err != nil {
		return err
	}
	if root := d.c.ID.String(); root != r.PathValue("id") { // the contact has become part of another (W10)
		http.Redirect(w, r, hrefOf(root), http.StatusSeeOther)
		return nil
	}
	return c.conversationPage(w, r, http.StatusOK, viewOf(d, draft{}, nil))
}

func (c *Console) conversationPage(w http.ResponseWriter, r *http.Request, status int, v conversationView) error {
	return c.page(w, r, status, frame{Title: v.Head.Name, Here: "inbox", Page: "conversation", View: v})
}

// hrefOf is the address of a conversation's page.
func hrefOf(id string) string { return Path + "/conversations/" + id }

// dossier asks the API for everything that the page shows.
func (c *Console) dossier(r *http.Request) (dossier, error) {
	ctx := r.Context()
	d, err := c.briefDossier(r)
	if err != nil {
		return d, err
	}
	if err := c.client.get(ctx, timelinePath(d.c.ID, ""), &d.timeline); err != nil {
		return d, err
	}
	if d.who.May(access.Send) {
		d.templates, err = c.client.listTemplates(ctx, d.c.Number.ID, "approved")
	}
	return d, err
}

// briefDossier is the conversation with its contact and number alone.
func (c *Console) briefDossier(r *http.Request) (dossier, error) {
	ctx, now := r.Context(), time.Now()
	d := dossier{now: c.clock.At(now), scale: c.clock.Virtual(time.Second).Seconds(), ui: c.workflows}
	d.who, _ = access.From(ctx)
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return d, noSuchConversation()
	}
	if err := c.client.get(ctx, "/v1/conversations/"+id.String(), &d.c); err != nil {
		return d, err
	}
	if err := c.client.get(ctx, "/v1/contacts/"+d.c.Contact.ID.String(), &d.contact); err != nil {
		return d, err
	}
	return d, c.client.get(ctx, "/v1/numbers/"+url.PathEscape(d.c.Number.ID), &d.number)
}

func noSuchConversation() *api.Problem {
	return &api.Problem{Status: http.StatusNotFound, Code: "conversation_not_found", Title: "Not Found",
		Detail: "There is no conversation at this address. It may have been typed wrongly."}
}

// viewOf makes the page. What somebody has begun to write is in the draft; n says what has become of it, if it was refused.
func viewOf(d dossier, written draft, n *notice) conversationView {
	zone := zoneOf(d.number.TimeZone)
	return conversationView{
		ID: d.c.ID.String(), Here: hrefOf(d.c.ID.String()), Notice: n,
		Head:     headOf(d, zone),
		Kept:     keptOf(d, zone),
		Timeline: timelineOf(d.c.ID, d.timeline, zone, ""),
		Composer: composerOf(d, written, zone),
		Contact:  contactOf(d, zone),
	}
}
