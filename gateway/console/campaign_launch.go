package console

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"reengage/gateway/api"
)

// launchCampaign has a draft begin, if it is still the one that was quoted.
func (c *Console) launchCampaign(w http.ResponseWriter, r *http.Request) error {
	version, _ := strconv.Atoi(r.PostFormValue("version")) // without one nothing would be compared
	if version == 0 {
		return wrong("Look at the quote first, and launch it then.")
	}
	err := c.client.do(r.Context(), http.MethodPost, apiCampaign(r)+"/launch", "", map[string]int{"version": version}, nil)
	var p *api.Problem
	switch {
	case err == nil:
		http.Redirect(w, r, campaignHref(r.PathValue("id")), http.StatusSeeOther)
		return nil
	case !errors.As(err, &p) || p.Status == http.StatusNotFound:
		return err
	case p.Code == "campaign_state":
		return c.thenResults(w, r, err)
	}
	return c.editorAgain(w, r, func(v *editorView) int {
		v.Refusal = "It was not launched: " + p.Detail + "."
		if p.Code == "campaign_changed" {
			v.Refusal = "It was not launched: somebody has changed it since it was quoted. Look at the quote below; this is it as it is now."
		}
		return p.Status
	})
}

// testCampaign sends it to one contact, who is found by phone or name.
func (c *Console) testCampaign(w http.ResponseWriter, r *http.Request) error {
	q := strings.TrimSpace(r.PostFormValue("q"))
	var found api.Page[api.ListedContact]
	if err := c.client.get(r.Context(), "/v1/contacts?"+url.Values{"q": {q}, "limit": {"6"}}.Encode(), &found); err != nil {
		return err
	}
	chosen := r.PostFormValue("contact_id")
	var to *api.ListedContact
	for i, one := range found.Items {
		if len(found.Items) == 1 || one.ID.String() == chosen {
			to = &found.Items[i]
		}
	}
	if to == nil {
		return c.editorAgain(w, r, func(v *editorView) int {
			v.Try = tryView{Key: v.Try.Key, Q: q, Nobody: len(found.Items) == 0, Several: contactChoices(found.Items)}
			return http.StatusOK
		})
	}
	err := c.client.do(r.Context(), http.MethodPost, apiCampaign(r)+"/test", r.PostFormValue("key"), map[string]string{"contact_id": to.ID.String()}, nil)
	var p *api.Problem
	if err != nil && !errors.As(err, &p) {
		return err
	}
	name, _ := namesOf(to.Contact)
	if p == nil && !byHTMX(r) {
		http.Redirect(w, r, campaignHref(r.PathValue("id"))+"?"+url.Values{"tested": {name}}.Encode()+"#try", http.StatusSeeOther)
		return nil
	}
	return c.editorAgain(w, r, func(v *editorView) int {
		v.Try.Q, v.Try.Fresh = q, true
		switch {
		case p == nil:
			v.Try.Sent = name
			return http.StatusOK
		case decided(p):
			v.Try.Refused = "It was not sent to " + name + ": " + sentenceOf(p.Detail)
		default:
			v.Try.Key = r.PostFormValue("key") // so that it is safe to try again
			v.Try.Refused = "It is not known whether it goes to " + name + ". Sending it again does not send it twice."
		}
		return p.Status
	})
}

// editorAgain is the page of the draft as it is stored, with what is to be said on it.
func (c *Console) editorAgain(w http.ResponseWriter, r *http.Request, say func(*editorView) int) error {
	one, n, err := c.readCampaign(r)
	if err != nil {
		return err
	}
	d, err := c.desk(r.Context(), one.Number.ID)
	if err != nil {
		return err
	}
	v, err := c.editor(r.Context(), d, one, campaignFormOf(one, n, d.listed))
	if err != nil {
		return err
	}
	return c.showEditor(w, r, say(&v), v)
}

func contactChoices(found []api.ListedContact) (all []choice) {
	for _, one := range found {
		name, detail := namesOf(one.Contact)
		if detail != "" {
			name += " · " + detail
		}
		all = append(all, choice{Label: name, Value: one.ID.String()})
	}
	return all
}
