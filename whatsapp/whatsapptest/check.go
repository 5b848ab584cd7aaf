package whatsapptest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// templateBody is the `template` of a send.
type templateBody struct {
	Name     string `json:"name"`
	Language *struct {
		Code string `json:"code"`
	} `json:"language"`
	Components []componentBody `json:"components"`
}

type componentBody struct {
	Type       string          `json:"type"`
	SubType    string          `json:"sub_type"`
	Index      any             `json:"index"` // Meta takes 0 and "0"
	Parameters []parameterBody `json:"parameters"`
}

type parameterBody struct {
	Type string `json:"type"`
	Text string `json:"text"`
	Name string `json:"parameter_name"`
}

// checkTemplate makes the checks that Meta makes before it accepts a template
// message, and returns the template's category.
func (s *Simulator) checkTemplate(b *templateBody) (category string, _ *graphError) {
	switch {
	case b == nil:
		return "", invalid("The parameter template is required for type template.")
	case b.Name == "":
		return "", invalid("The parameter template['name'] is required.")
	case b.Language == nil || b.Language.Code == "":
		return "", invalid("The parameter template['language']['code'] is required.")
	}
	if err := checkParameters(b.Components); err != nil {
		return "", err
	}
	s.mu.Lock()
	templates := s.templates
	s.mu.Unlock()
	if len(templates) == 0 {
		return "marketing", nil
	}
	for _, t := range templates {
		if t.Name == b.Name && t.Language == b.Language.Code {
			return strings.ToLower(t.Category), checkSend(t, b)
		}
	}
	return "", refusal(132001, "template name ("+b.Name+") does not exist in "+b.Language.Code)
}

// checkParameters are the rules that hold for any template's parameters.
func checkParameters(components []componentBody) *graphError {
	names, count := 0, 0
	for _, c := range components {
		switch strings.ToLower(c.Type) {
		case "header", "body", "button":
		default:
			return invalid("Unexpected type of a component: header, body and button are known.")
		}
		for _, p := range c.Parameters {
			if p.Type == "" {
				return invalid("A parameter needs a type.")
			}
			if p.Type != "text" {
				continue
			}
			if strings.ToLower(c.Type) != "button" { // a button's parameter has its index and no name
				if count++; p.Name != "" {
					names++
				}
			}
			switch {
			case p.Text == "":
				return refusal(131008, "Parameter of type text is missing text value")
			case strings.ContainsAny(p.Text, "\n\t") || strings.Contains(p.Text, "     "):
				return refusal(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
			}
		}
	}
	if names != 0 && names != count {
		return refusal(132012, "Named and positional parameters cannot be mixed")
	}
	return nil
}

// checkSend are the rules that follow from the template itself.
func checkSend(t Template, b *templateBody) *graphError {
	switch t.Status {
	case "APPROVED":
	case "PAUSED":
		return refusal(132015, "Template is paused due to low quality")
	case "DISABLED":
		return refusal(132016, "Template has been permanently disabled")
	default:
		return refusal(132001, "template name ("+t.Name+") is not approved in "+t.Language)
	}
	for _, component := range t.Components {
		kind := strings.ToLower(component.Type)
		if kind == "buttons" {
			if err := checkButtons(component.Buttons, b.Components); err != nil {
				return err
			}
			continue
		}
		if err := checkText(kind, component.Text, b.Components); err != nil {
			return err
		}
	}
	return nil
}

var variable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// checkText holds the variables of one text against what the send gives.
func checkText(kind, text string, given []componentBody) *graphError {
	wanted := map[string]bool{}
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		wanted[m[1]] = true
	}
	values := map[string]string{}
	count := 0
	for _, c := range given {
		if strings.ToLower(c.Type) != kind {
			continue
		}
		for _, p := range c.Parameters {
			if p.Type != "text" {
				continue // a media header
			}
			count++
			values[orElse(p.Name, strconv.Itoa(count))] = p.Text
		}
	}
	if count != len(wanted) {
		return refusal(132000, fmt.Sprintf("%s: number of localizable_params (%d) does not match the expected number of params (%d)",
			kind, count, len(wanted)))
	}
	for name := range wanted {
		if _, ok := values[name]; !ok {
			return refusal(132012, kind+": Parameter name is missing or empty")
		}
	}
	full := variable.ReplaceAllStringFunc(text, func(v string) string { return values[variable.FindStringSubmatch(v)[1]] })
	if kind == "body" && utf8.RuneCountInString(full) > 1024 {
		return refusal(132005, "Translated text too long")
	}
	return nil
}

// checkButtons wants one parameter for each button whose URL has a variable.
func checkButtons(buttons []TemplateButton, given []componentBody) *graphError {
	for i, button := range buttons {
		if !variable.MatchString(button.URL) {
			continue
		}
		found := false
		for _, c := range given {
			if strings.ToLower(c.Type) == "button" && fmt.Sprint(c.Index) == strconv.Itoa(i) && len(c.Parameters) == 1 {
				found = true
			}
		}
		if !found {
			return refusal(131008, fmt.Sprintf("Button at index %d of type Url requires a parameter", i))
		}
	}
	return nil
}
