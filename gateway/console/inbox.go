package console

import (
	"net/http"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

var inboxRoutes = []route{
	{"GET " + Path + "/inbox", access.Read, (*Console).inbox},
}

// inboxView is the inbox: conversations by deadline, soonest first.
type inboxView struct {
	Conversations []api.Conversation
}

func (c *Console) inbox(w http.ResponseWriter, r *http.Request) error {
	var list api.Page[api.Conversation]
	if err := c.client.get(r.Context(), "/v1/conversations", &list); err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Inbox", Here: "inbox", Page: "inbox", View: inboxView{list.Items}})
}
