package console

import (
	"errors"
	"net/http"

	"reengage/gateway/api"
)

// notice says on a page what has become of what somebody has just done.
type notice struct {
	Refused  bool
	Sentence string
	Then     string // what is so now, or what can be done
}

// act does one thing in a conversation and shows the conversation as it then is: without htmx at its own address, so that a reload
// does nothing again. What is refused is said on the same page, which shows what is so now, with what was written.
func (c *Console) act(w http.ResponseWriter, r *http.Request, done string, written draft, do func() error) error {
	err := do()
	var p *api.Problem
	switch {
	case err == nil && !byHTMX(r):
		http.Redirect(w, r, hrefOf(r.PathValue("id")), http.StatusSeeOther)
		return nil
	case err != nil && (!errors.As(err, &p) || gone(p)):
		return err
	}
	d, unread := c.dossier(r)
	if unread != nil {
		return unread
	}
	if err == nil {
		return c.conversationPage(w, r, http.StatusOK, fresh(viewOf(d, draft{}, &notice{Sentence: done})))
	}
	d.again = p.Status != http.StatusServiceUnavailable
	if d.again {
		written.Key = "" // else the outcome is not known, and the same key makes it safe to try again
	}
	return c.conversationPage(w, r, statusOf(p), fresh(viewOf(d, written, noticeOf(p))))
}

// statusOf is the API's, but for a key that was used before: to a person that means that the conversation has changed meanwhile.
func statusOf(p *api.Problem) int {
	if p.Code == "idempotency_key_reused" {
		return http.StatusConflict
	}
	return p.Status
}

// fresh has what stands in the composer replace what was there.
func fresh(v conversationView) conversationView {
	v.Composer.Fresh = true
	return v
}

// gone reports whether there is nothing that could be shown instead.
func gone(p *api.Problem) bool {
	return p.Code == "conversation_not_found" || p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden
}

// consequences say what can be done after a refusal. The page beside them shows how things stand now.
var consequences = map[string]string{
	"window_closed":          "Your text is still here: keep it, and send a template now.",
	"send_in_progress":       "Nothing was sent twice. Wait until it is known what has become of the other one.",
	"resume_claimed":         "You can go back, or wait until it is free.",
	"idempotency_key_reused": "Something has been sent from this page already, perhaps in another tab. If this is to go as well, send it again.",
	"resume_instead":         "You have opened Resume now. Look at the template and its price again, and send it.",
	"sent_already":           "Nothing was sent twice. If it is to go once more, in the same words, send it again.",
	"kept_reply_settled":     "Nothing was sent twice.",
	"kept_reply_not_found":   "Nothing was sent.",
	"conversation_merged":    "Open the conversation anew to go on there.",
	"engine_unavailable":     "It is not known whether it will be sent. Your text is still here, and sending it again does not send it twice.",
	"suppressed":             "If that is wrong, the suppression can be lifted under Contact.",
	"sender_paused":          "Somebody who sets up numbers can resume it.",
	"opt_in_required":        "If the contact has agreed by other means, record that under Contact.",
}

func noticeOf(p *api.Problem) *notice {
	sentence := p.Detail
	switch p.Code {
	case "engine_unavailable":
		sentence = "No answer came in time."
	case "idempotency_key_reused":
		sentence = "The conversation has changed since this page was opened."
	case "resume_claimed":
		sentence = p.ClaimedBy + " has opened Resume"
	}
	return &notice{Refused: true, Sentence: sentenceOf(sentence), Then: consequences[p.Code]}
}
