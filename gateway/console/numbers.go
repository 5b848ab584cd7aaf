package console

import (
	"net/http"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

var numbersRoutes = []route{
	{"GET " + Path + "/numbers", access.Read, (*Console).numbers},
	{"GET " + Path + "/numbers/{id}", access.Read, (*Console).number},
	{"POST " + Path + "/numbers/{id}", access.Admin, (*Console).changeNumber},
	{"POST " + Path + "/numbers/{id}/scheme", access.Admin, (*Console).assignScheme},
	{"POST " + Path + "/numbers/{id}/preview", access.Read, (*Console).previewNumber},
	{"POST " + Path + "/numbers/{id}/pause", access.Admin, (*Console).pauseNumber},
	{"POST " + Path + "/numbers/{id}/resume", access.Admin, (*Console).pauseNumber},
}

// numbersView is the list of business numbers.
type numbersView struct {
	Numbers []numberCard
	May     bool // set them up
}

// numberCard is one number of the list.
type numberCard struct {
	api.BusinessNumber
	May    bool
	Paused string // why it sends nothing; empty if it sends
}

func cardOf(n api.BusinessNumber, may bool) numberCard {
	return numberCard{n, may, pausedBecause(n.SenderPaused)}
}

func (c *Console) numbers(w http.ResponseWriter, r *http.Request) error {
	var list api.Page[api.BusinessNumber]
	if err := c.client.get(r.Context(), "/v1/numbers", &list); err != nil {
		return err
	}
	who, _ := access.From(r.Context())
	view := numbersView{May: who.May(access.Admin)}
	for _, n := range list.Items {
		view.Numbers = append(view.Numbers, cardOf(n, view.May))
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Numbers", Here: "numbers", Page: "numbers", View: view})
}

// pausedBecause says why a number sends nothing, and what can be done.
func pausedBecause(p *api.SenderPaused) string {
	if p == nil {
		return ""
	}
	switch p.Class {
	case "manual":
		return "somebody has paused it"
	case "auth":
		return "WhatsApp does not accept our access token"
	case "registration":
		return "WhatsApp says that it is not registered"
	}
	return "WhatsApp lets it send nothing: look at its quality, its payment and its account there"
}
