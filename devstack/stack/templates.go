package stack

import (
	"encoding/json"

	"reengage/whatsapp/whatsapptest"
)

// templates are those that the stack's WhatsApp account has: of every category, with positional and with named variables,
// and of those that may not be sent one that is paused and one that is still under review.
var templates = []whatsapptest.Template{
	{Name: "come_back", Category: "MARKETING", Components: body(
		"Hello {{1}}, we are still here if you would like to go on. Reply to this message and we will see to it.", "Ada")},
	{Name: "spring_offer", Category: "MARKETING", Components: body("Until Sunday all lamps cost a fifth less. Reply to this message to learn more.")},
	{Name: "old_offer", Category: "MARKETING", Components: body("The winter lamps are back. Reply to this message to learn more.")},
	{Name: "we_have_an_answer", Category: "UTILITY", Components: body(
		"Hello {{1}}, we have an answer to your question. Reply to this message to read it.", "Ada")},
	{Name: "order_shipped", Category: "UTILITY", Components: namedBody(
		"Hello {{first_name}}, your order {{order}} has left our house.", named{"first_name", "Ada"}, named{"order", "4711"})},
	{Name: "summer_sale", Category: "MARKETING", Status: "PAUSED", Components: body("All garden lamps cost a third less. Reply to this message to learn more.")},
	{Name: "autumn_news", Category: "MARKETING", Status: "PENDING", Components: body("The autumn lamps have come. Reply to this message to see them.")},
}

// named is a variable with its sample, as Meta wants it.
type named struct {
	Name    string `json:"param_name"`
	Example string `json:"example"`
}

// body has positional variables, each with a sample.
func body(text string, samples ...string) []whatsapptest.TemplateComponent {
	if len(samples) == 0 {
		return component(text, nil)
	}
	return component(text, map[string]any{"body_text": [][]string{samples}})
}

func namedBody(text string, variables ...named) []whatsapptest.TemplateComponent {
	return component(text, map[string]any{"body_text_named_params": variables})
}

func component(text string, example any) []whatsapptest.TemplateComponent {
	c := whatsapptest.TemplateComponent{Type: "BODY", Text: text}
	if example != nil {
		c.Example, _ = json.Marshal(example) // strings alone
	}
	return []whatsapptest.TemplateComponent{c}
}
