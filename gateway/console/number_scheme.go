package console

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"reengage/gateway/api"
	"reengage/tariff"
)

// always is how the API is told of an assignment that has no beginning.
const always = "always"

// schemeForm is the form by which a scheme is assigned, as it stands on the page.
type schemeForm struct {
	Scheme, CardSet string
	Day             string // of the account's calendar
	Always          bool   // whatever the day
}

func readSchemeForm(v url.Values) schemeForm {
	return schemeForm{Scheme: v.Get("scheme"), CardSet: v.Get("card_set"), Day: v.Get("from"), Always: v.Get("since") == always}
}

// schemeChange is the body of the PUT.
type schemeChange struct {
	Scheme  string `json:"scheme"`
	From    string `json:"from"`
	CardSet string `json:"card_set,omitempty"`
}

func (f schemeForm) change() schemeChange {
	c := schemeChange{f.Scheme, f.Day, f.CardSet}
	if f.Always {
		c.From = always
	}
	return c
}

// assignScheme says by which scheme the number owes. With htmx the tariff alone is answered, so that nothing is lost of settings that
// somebody is changing.
func (c *Console) assignScheme(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &api.Problem{Status: http.StatusBadRequest, Code: "malformed_request", Detail: "the form could not be read"}
	}
	id, form := r.PathValue("id"), readSchemeForm(r.PostForm)
	var done api.NumberScheme
	err := c.client.do(r.Context(), http.MethodPut, "/v1/numbers/"+url.PathEscape(id)+"/scheme", "", form.change(), &done)
	if err == nil && !byHTMX(r) {
		http.Redirect(w, r, numberPath(id)+"?"+assignedQuery(done).Encode()+"#tariff", http.StatusSeeOther)
		return nil
	}
	var problem *api.Problem
	if err != nil && !errors.As(err, &problem) {
		return err
	}
	n, listed, err := c.readNumber(r)
	if err != nil {
		return err
	}
	view, err := c.numberView(r.Context(), n, listed, formOf(n, listed))
	if err != nil {
		return err
	}
	if problem == nil {
		view.Tariff.Done = assignedSentence(n, done)
		return c.showTariff(w, r, http.StatusOK, view)
	}
	view.Tariff.refused(problem, form)
	return c.showTariff(w, r, problem.Status, view)
}

// showTariff shows the panel alone if htmx has asked, else the page that it is on.
func (c *Console) showTariff(w http.ResponseWriter, r *http.Request, status int, view numberView) error {
	if byHTMX(r) {
		return c.page(w, r, status, frame{Page: "number/tariff", View: view})
	}
	return c.showNumber(w, r, status, view)
}

// assignedQuery carries what was assigned to the page that says so.
func assignedQuery(s api.NumberScheme) url.Values {
	since := always
	if s.From != nil {
		since = s.From.UTC().Format(time.RFC3339)
	}
	return url.Values{"assigned": {s.Name}, "since": {since}}
}

// assigned is what the query says was assigned; empty if it says nothing that could have been.
func assigned(q url.Values, n api.BusinessNumber) string {
	s := api.NumberScheme{Name: q.Get("assigned")}
	if _, err := tariff.Lookup(s.Name); err != nil && s.Name != tariff.Meta {
		return ""
	}
	if since := q.Get("since"); since != always {
		from, err := time.Parse(time.RFC3339, since)
		if err != nil {
			return ""
		}
		s.From = &from
	}
	return assignedSentence(n, s)
}
