package api

import (
	"fmt"
	"strings"

	"reengage/db"
)

// classSentences say what the provider's errors mean to people, by the class that decides what is done about them.
var classSentences = map[string]string{
	"retry":         "the provider could not take it, however often it was tried",
	"throttle":      "the provider took no more messages at the time",
	"wait_24h":      "the provider chose not to deliver it, to keep the contact from being written to too often",
	"suppress":      "the contact cannot be, or does not want to be, written to",
	"template":      "the provider does not accept the template at the moment",
	"request":       "the provider does not accept what the message says",
	"sender_paused": "the provider does not let the business number send",
	"auth":          "the provider does not accept our access token",
	"registration":  "the business number is not registered with the provider",
	"window_closed": "the provider considers the window closed",
	"failed":        "the provider could not deliver it",
}

// reasonOf says why a send was refused or has failed: in the words of the decision, if it was one of ours.
func reasonOf(row db.GetSendRow) *Reason {
	d := row.Send
	switch {
	case d.Reason != nil:
	case row.DeliveryStatus == "failed":
		failed := "failed"
		d.Reason, d.ErrorCode = &failed, row.FailedWith
	default:
		return nil
	}
	r := &Reason{Code: *d.Reason, Sentence: row.Sentence, ErrorCode: d.ErrorCode}
	if r.Sentence == "" {
		r.Sentence = classSentences[strings.TrimSuffix(r.Code, "_fault")]
	}
	if r.Sentence == "" {
		r.Sentence = "it was not sent: " + strings.ReplaceAll(r.Code, "_", " ")
	}
	if r.ErrorCode != nil {
		r.Sentence += fmt.Sprintf(" (the provider's error %d)", *r.ErrorCode)
	}
	return r
}
