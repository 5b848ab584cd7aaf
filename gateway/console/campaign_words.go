package console

import (
	"cmp"
	"strings"

	"reengage/campaign"
)

// campaignStates are all there are, in the order in which a campaign goes through them.
var campaignStates = []campaign.State{campaign.Draft, campaign.Scheduled, campaign.Running, campaign.Paused, campaign.Finished, campaign.Cancelled}

// recipientWords are what has become of a recipient, in the order of the way.
var recipientWords = map[campaign.RecipientState]string{
	campaign.RecipientPending:  "Waiting for its turn",
	campaign.RecipientHeld:     "Held back for now",
	campaign.RecipientAsked:    "Handed to its conversation",
	campaign.RecipientPlanned:  "On its way",
	campaign.RecipientAccepted: "Accepted",
	campaign.RecipientRefused:  "Refused",
	campaign.RecipientFailed:   "Failed",
	campaign.RecipientUnknown:  "Outcome not known yet",
	campaign.RecipientNotSent:  "Not sent",
}

var recipientStates = []campaign.RecipientState{campaign.RecipientPending, campaign.RecipientHeld, campaign.RecipientAsked, campaign.RecipientPlanned,
	campaign.RecipientAccepted, campaign.RecipientUnknown, campaign.RecipientRefused, campaign.RecipientFailed, campaign.RecipientNotSent}

// stopped says why a campaign is paused, and what can be done.
type stopped struct{ Why, Then string }

var stoppedWords = map[campaign.Reason]stopped{
	campaign.ByHand:              {"Somebody has paused it.", "Resume it when it is to go on."},
	campaign.TemplateUnavailable: {"It paused itself: its template is not approved any more, or is gone.", "See to the template in Meta's tools; once it is approved again, resume."},
	campaign.TemplateRecategorised: {"It paused itself: Meta has put its template into another category, with another price and another opt-in.",
		"Look at the quote for a new campaign. Cancel this one, or have the template put back and resume."},
	campaign.SenderPaused:    {"It paused itself: its number sends nothing.", "See on the number's page why, resume the number, and then the campaign."},
	campaign.TooManyFailures: {"It paused itself: too many of the last messages failed.", "Look below at what they failed of. If it is put right, resume."},
	campaign.TooManyOptOuts:  {"It paused itself: too many of those who got it opted out.", "Ask whether these contacts want this message. Cancel it, or resume if you are sure."},
	campaign.BudgetUsedUp:    {"It paused itself: the budget does not reach for the next message.", "Raise the number's budget, or wait for its next day or month, and resume; a campaign's own budget is final: begin another for the rest."},
}

// stoppedBy has words for every reason, also for one that is newer than this page.
func stoppedBy(reason string) stopped {
	if s, known := stoppedWords[campaign.Reason(reason)]; known {
		return s
	}
	return stopped{"It is paused: " + strings.ReplaceAll(reason, "_", " ") + ".", "Resume it once that is put right."}
}

// codeWords say why somebody did not get a campaign's message: the gate's codes, the provider's classes, and a campaign's own.
var codeWords = map[string]string{
	"quiet_hours":           "it is night where the contact lives; sent in the morning",
	"agent_at_work":         "the contact waits for an answer of the team; tried again a little later",
	"send_in_progress":      "another template is on its way to the contact; tried again a little later",
	"opted_out":             "the contact has opted out",
	"opt_in_required":       "the contact has not opted in",
	"suppressed":            "the contact cannot be, or does not want to be, written to",
	"frequency_capped":      "the contact has had as many templates as the number's settings allow",
	"template_parameters":   "a value of the template is missing for this contact, or does not fit",
	"already_sent":          "another entry of the same person got it",
	"template_not_approved": "the template is not approved",
	"template_not_found":    "the template is gone",
	"budget_exhausted":      "the budget did not reach",
	"price_unknown":         "no rate card states a price",
	"sender_paused":         "the number sent nothing",
	"too_late":              "its time had passed",
	"wait_24h":              "WhatsApp keeps the contact from being written to too often",
	"conversation_merged":   "the contact has become part of another",
	"min_prior_inbound":     "the contact has hardly ever written",
	"campaign_stopped":      "the campaign was paused; it goes on with it",
	"campaign_cancelled":    "the campaign was cancelled before",
	"campaign_ended":        "the campaign's end came before",
	"retry":                 "WhatsApp could not take it, however often it was tried",
	"throttle":              "WhatsApp took no more messages at the time",
	"pair_throttle":         "WhatsApp took no more messages to this contact at the time",
	"window_closed":         "WhatsApp considers the window closed",
	"suppress_marketing":    "WhatsApp keeps the contact from marketing",
	"suppress":              "WhatsApp cannot reach the contact",
	"template_fault":        "WhatsApp does not accept the template",
	"request_fault":         "WhatsApp does not accept what the message says",
	"auth":                  "WhatsApp does not accept our access token",
	"registration":          "the number is not registered with WhatsApp",
	"failed":                "WhatsApp could not deliver it",
	"unknown":               "WhatsApp refused it with an error that is not known here",
}

// codeWord falls back to the code itself, which does not change.
func codeWord(code string) string { return cmp.Or(codeWords[code], strings.ReplaceAll(code, "_", " ")) }
