package whatsapptest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Template is one that the account has, in the shape in which Meta lists it.
type Template struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Language string `json:"language"` // en_US if empty
	Status   string `json:"status"`   // APPROVED if empty
	Category string `json:"category"` // MARKETING if empty
	Quality  string `json:"quality"`  // GREEN if empty
	// Components say which parameters a send must give. Without any, every
	// send will do.
	Components []TemplateComponent `json:"components"`
}

// TemplateComponent is a part of a template: HEADER, BODY, FOOTER or BUTTONS.
type TemplateComponent struct {
	Type    string           `json:"type"`
	Format  string           `json:"format,omitempty"`
	Text    string           `json:"text,omitempty"`
	Example json.RawMessage  `json:"example,omitempty"` // as Meta has it
	Buttons []TemplateButton `json:"buttons,omitempty"`
}

// TemplateButton is one of a template's buttons.
type TemplateButton struct {
	Type string `json:"type"`
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	// PhoneNumber is that of a button that calls, Example as Meta has it.
	PhoneNumber string          `json:"phone_number,omitempty"`
	Example     json.RawMessage `json:"example,omitempty"`
}

// SetTemplate registers a template, or replaces the one of its name and
// language.
func (s *Simulator) SetTemplate(t Template) {
	t.Language = orElse(t.Language, "en_US")
	t.Status = orElse(t.Status, "APPROVED")
	t.Category = orElse(t.Category, "MARKETING")
	t.Quality = orElse(t.Quality, "GREEN")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templates = slices.Clone(s.templates) // requests read the old list without the lock
	for i, old := range s.templates {
		if old.Name == t.Name && old.Language == t.Language {
			t.ID = orElse(t.ID, old.ID)
			s.templates[i] = t
			return
		}
	}
	t.ID = orElse(t.ID, strconv.Itoa(700000000000001+len(s.templates)))
	s.templates = append(s.templates, t)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// listTemplates answers a page: `limit` (25 by default) from `after` on.
func (c *call) listTemplates() *graphError {
	query := c.r.URL.Query()
	limit, err := strconv.Atoi(orElse(query.Get("limit"), "25"))
	if err != nil || limit < 1 {
		return invalid("limit must be a positive number")
	}
	from := 0
	if after := query.Get("after"); after != "" {
		if from, err = readCursor(after); err != nil {
			return invalid("after is not a cursor")
		}
	}
	c.s.mu.Lock()
	all := c.s.templates
	c.s.mu.Unlock()
	page := all[min(from, len(all)):]
	if name := query.Get("name"); name != "" {
		page = named(page, name)
	}
	more := len(page) > limit
	page = page[:min(limit, len(page))]
	data := []object{}
	for _, t := range page {
		data = append(data, selected(object{
			"id": t.ID, "name": t.Name, "language": t.Language, "status": t.Status, "category": t.Category,
			"components": append([]TemplateComponent{}, t.Components...), "quality_score": object{"score": t.Quality},
		}, query.Get("fields")))
	}
	answer := object{"data": data}
	if len(data) > 0 {
		paging := object{"cursors": object{"before": cursor(from), "after": cursor(from + len(page))}}
		if more {
			query.Set("after", cursor(from+len(page)))
			paging["next"] = "http://" + c.r.Host + c.r.URL.Path + "?" + query.Encode()
		}
		answer["paging"] = paging
	}
	c.end("ok", http.StatusOK, 0, "")
	writeJSON(c.w, http.StatusOK, answer)
	return nil
}

func named(list []Template, name string) []Template {
	var out []Template
	for _, t := range list {
		if t.Name == name {
			out = append(out, t)
		}
	}
	return out
}

func cursor(i int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("page:" + strconv.Itoa(i)))
}

func readCursor(s string) (int, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return 0, err
	}
	i, err := strconv.Atoi(strings.TrimPrefix(string(b), "page:"))
	if err == nil && i < 0 {
		err = fmt.Errorf("negative cursor")
	}
	return i, err
}
