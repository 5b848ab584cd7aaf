package whatsapp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// render writes a parse for people: a line per update or problem, indented
// lines for what it holds, nothing for what is absent.
func render(p Parsed) string {
	var b strings.Builder
	for _, u := range p.Updates {
		kind := strings.TrimPrefix(fmt.Sprintf("%T", u.Content), "*whatsapp.")
		fmt.Fprintf(&b, "%s %s\n", kind, u.Path)
		line(&b, "field", u.Field)
		line(&b, "account", u.WABA)
		line(&b, "entry at", at(u.EntryAt))
		line(&b, "number", strings.TrimSpace(u.PhoneNumberID+" "+u.DisplayNumber))
		renderContent(&b, u.Content)
	}
	for _, p := range p.Problems {
		what := "ignored"
		if p.Dropped {
			what = "dropped"
		}
		fmt.Fprintf(&b, "problem: %s, %s: %s\n", p.Reason, what, strings.TrimSpace(p.Path+" "))
	}
	if p.MoreProblems > 0 {
		fmt.Fprintf(&b, "%d more problems\n", p.MoreProblems)
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func renderContent(b *strings.Builder, c Content) {
	switch c := c.(type) {
	case *Message:
		line(b, "id", c.ID)
		line(b, "at", at(c.At))
		line(b, "contact", person(c.Contact))
		line(b, "type", strings.TrimSpace(c.Type+" "+c.Subtype))
		line(b, "text", quote(c.Text))
		line(b, "payload", quote(c.Payload))
		line(b, "answers", c.Answers)
		if c.Referral != nil {
			line(b, "referral", fmt.Sprintf("%+v", *c.Referral))
		}
		if c.System != nil {
			line(b, "system", fmt.Sprintf("%+v", *c.System))
		}
		renderErrors(b, c.Errors)
	case *Call:
		line(b, "id", c.ID)
		line(b, "at", at(c.At))
		line(b, "contact", person(c.Contact))
		line(b, "event", strings.TrimSpace(c.Event+" "+c.Direction))
		line(b, "inbound", fmt.Sprint(c.Inbound()))
	case *Echo:
		line(b, "id", c.ID)
		line(b, "at", at(c.At))
		line(b, "to", person(c.Contact))
		line(b, "type", c.Type)
		line(b, "text", quote(c.Text))
	case *Status:
		line(b, "id", c.ID)
		line(b, "state", c.State)
		line(b, "at", at(c.At))
		line(b, "recipient", person(c.Contact))
		line(b, "opaque", c.OpaqueData)
		if v := c.Conversation; v != nil {
			line(b, "conversation", strings.TrimSpace(v.ID+" "+v.Origin))
			line(b, "until", at(v.ExpiresAt))
		}
		if c.Pricing != nil {
			line(b, "pricing", fmt.Sprintf("%+v", *c.Pricing))
		}
		renderErrors(b, c.Errors)
	case *NumberError:
		renderErrors(b, []Error{c.Error})
	case *Preference:
		line(b, "contact", person(c.Contact))
		line(b, "at", at(c.At))
		line(b, "wish", strings.TrimSpace(c.Value+" "+c.Category))
		line(b, "detail", quote(c.Detail))
	case *TemplateUpdate:
		line(b, "template", strings.TrimSpace(c.Name+" "+c.Language+" "+c.ID))
		line(b, "at", at(c.At))
		line(b, "change", strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Kind, c.Status, c.Reason)))
		line(b, "from", c.Previous)
		line(b, "to", c.New)
	case *AccountUpdate:
		line(b, "at", at(c.At))
		line(b, "raw", compact(c.Raw))
	case *Unknown:
		line(b, "raw", compact(c.Raw))
	}
}

func renderErrors(b *strings.Builder, errs []Error) {
	for _, e := range errs {
		line(b, "error", fmt.Sprintf("%+v", e))
	}
}

func line(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "  %s: %s\n", name, value)
	}
}

func person(c Contact) string {
	var parts []string
	for _, p := range [][2]string{{"phone ", c.WaID}, {"bsuid ", c.BSUID}, {"name ", quote(c.Name)}, {"username ", c.Username}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return strings.Join(parts, ", ")
}

func at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func quote(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return "not JSON"
	}
	return b.String()
}
