package console

import (
	"reengage/conversation"
	"reengage/gateway/api"
)

// categoryGroup are the approved templates of one category, and why none of it may be sent, if so.
type categoryGroup struct {
	Category string
	Refused  string
	Choices  []choice
}

// categoriesOf are the number's approved templates by category.
func categoriesOf(d dossier, chosen string) []categoryGroup {
	var groups []categoryGroup
	for _, category := range conversation.Categories {
		g := categoryGroup{Category: capital(string(category)), Refused: refusedCategory(d, category)}
		for _, t := range d.templates {
			if t.Category == string(category) {
				g.Choices = append(g.Choices, choiceOf(t, t.Name+" · "+t.Language, chosen))
			}
		}
		if len(g.Choices) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// fallbacksOf are templates that may go in place of a message that comes too late: those that nobody has to fill in.
func fallbacksOf(d dossier, chosen string) []choice {
	var choices []choice
	for _, t := range d.templates {
		if len(t.Parameters) == 0 && refusedCategory(d, conversation.Category(t.Category)) == "" {
			choices = append(choices, choiceOf(t, t.Name+" · "+t.Language+" · "+t.Category, chosen))
		}
	}
	return choices
}

func choiceOf(t api.Template, label, chosen string) choice {
	key := templateKey(t.Name, t.Language)
	return choice{label, key, key == chosen}
}

// refusedCategory asks the gate about a template of a category, with what the page knows; empty if it would let one through. It
// decides again when one is sent.
func refusedCategory(d dossier, category conversation.Category) string {
	c := conversation.Circumstances{Facts: factsOf(d), Permissions: permissionsOf(d)}
	if v := conversation.Gate(c, conversation.Wish{Template: true, Category: category}, d.now); !v.Allows() {
		return capital(v.Sentence)
	}
	return ""
}

// factsOf are those that the gate asks for about a template.
func factsOf(d dossier) conversation.Facts {
	var f conversation.Facts
	if d.c.LastInboundAt != nil {
		f.LastInboundAt = *d.c.LastInboundAt
	}
	if d.c.Window != nil {
		f.OpenedAt, f.ExpiresAt = d.c.Window.OpenedAt, d.c.Window.ExpiresAt
	}
	if d.c.CanSend.Reason == conversation.SendInProgress {
		f.TemplatePending = conversation.TemplatePlanned
	}
	return f
}

func permissionsOf(d dossier) conversation.Permissions {
	var p conversation.Permissions
	if d.number.SenderPaused != nil {
		p.SenderPaused = d.number.SenderPaused.Class
	}
	for _, s := range d.contact.Suppressions {
		switch {
		case s.InForce && s.Scope == "all":
			p.Suppressed = s.Reason
		case s.InForce:
			p.SuppressedMarketing = s.Reason
		}
	}
	for _, category := range conversation.Categories {
		if state := d.contact.Consent[string(category)]; state == "opted_in" || state == "opted_out" {
			p = p.WithConsent(category, state == "opted_in")
		}
	}
	return p
}
