package whatsapptest

import (
	"context"
	"fmt"
	"strings"
)

// AnnounceTemplate does what SetTemplate does and posts the webhooks by which
// Meta tells what is new: a status (of a new template its verdict, too), a
// quality, a category. What t leaves empty stays as it was.
func (s *Simulator) AnnounceTemplate(ctx context.Context, t Template) error {
	old := s.template(t.Name, orElse(t.Language, "en_US"))
	if old.Name != "" {
		t.Status, t.Category, t.Quality = orElse(t.Status, old.Status), orElse(t.Category, old.Category), orElse(t.Quality, old.Quality)
		if t.Components == nil {
			t.Components = old.Components
		}
	}
	s.SetTemplate(t)
	t = s.template(t.Name, orElse(t.Language, "en_US"))
	change := func(members object) object {
		members["message_template_id"], members["message_template_name"] = t.ID, t.Name
		members["message_template_language"] = strings.ReplaceAll(t.Language, "_", "-") // as it mostly arrives
		return members
	}
	if t.Status != old.Status && (old.Name != "" || t.Status != "PENDING") {
		value := change(object{"event": t.Status, "reason": "NONE"})
		if err := s.postChange(ctx, "message_template_status_update", value); err != nil {
			return err
		}
	}
	if old.Name != "" && t.Quality != old.Quality {
		value := change(object{"previous_quality_score": old.Quality, "new_quality_score": t.Quality})
		if err := s.postChange(ctx, "message_template_quality_update", value); err != nil {
			return err
		}
	}
	if old.Name != "" && t.Category != old.Category {
		value := change(object{"previous_category": old.Category, "new_category": t.Category})
		return s.postChange(ctx, "template_category_update", value)
	}
	return nil
}

// template finds a template; the zero one if there is none.
func (s *Simulator) template(name, language string) Template {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.templates {
		if t.Name == name && t.Language == language {
			return t
		}
	}
	return Template{}
}

// Preference is a customer's wish about marketing, made in the app.
type Preference struct {
	// From is the phone, with or without a plus, or a business-scoped id.
	From string `json:"from"`
	// Value is stop or resume.
	Value string `json:"value"`
	// Number is the business number's id; the first one if empty.
	Number string `json:"number"`
}

// Prefer posts the `user_preferences` webhook of a customer's wish.
func (s *Simulator) Prefer(ctx context.Context, p Preference) error {
	number, ok := s.number(p.Number)
	if !ok {
		return fmt.Errorf("preference: no business number %q", p.Number)
	}
	if p.Value != "stop" && p.Value != "resume" {
		return fmt.Errorf("preference: `value` is stop or resume")
	}
	key, id := "wa_id", digits(p.From)
	if strings.Contains(p.From, ".") {
		key, id = "user_id", p.From
	}
	if id == "" {
		return fmt.Errorf("preference: a customer needs a phone or a business-scoped id (`from`)")
	}
	return s.postChange(ctx, "user_preferences", object{
		"messaging_product": "whatsapp", "metadata": metadata(number),
		"contacts": []object{{"profile": object{"name": "Customer"}, key: id}},
		"user_preferences": []object{{
			key: id, "category": "marketing_messages", "value": p.Value, "timestamp": s.cfg.Now().Unix(),
			"detail": "User requested to " + p.Value + " marketing messages",
		}},
	})
}
