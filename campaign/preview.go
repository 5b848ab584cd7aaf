package campaign

import (
	"github.com/google/uuid"

	"reengage/whatsapp/template"
)

// Sample is the template as one contact of the segment would see it.
type Sample struct {
	ContactID uuid.UUID        `json:"contact_id"`
	Name      string           `json:"name"`
	Phone     string           `json:"phone" doc:"International, with the plus; empty: not known."`
	Market    string           `json:"market"`
	Language  string           `json:"language" doc:"The contact's; empty: not known."`
	Shown     template.Preview `json:"shown" doc:"Its parts as the contact would see them. A place that nothing fills stays as it is written: {{1}}."`
	Text      string           `json:"text" doc:"The same in one text: header, body and footer, each beginning a line."`
	Problem   string           `json:"problem" doc:"Why this contact would be refused as template_parameters; empty: it fits."`
}
