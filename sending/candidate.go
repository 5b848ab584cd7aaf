package sending

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// Candidate is a template that somebody wants to send: what is known of it, and what is to fill it.
type Candidate struct {
	Found      bool
	Status     string
	Quality    string
	Category   conversation.Category // of one that was found: one that we do not know is taken for marketing
	Template   template.Template
	Parameters template.Parameters
	Unreadable string // a sentence: why template or parameters cannot be read at all; empty if they can
}

// FindCandidate looks a template of an account up, and reads its parameters.
func FindCandidate(ctx context.Context, q *db.Queries, waba string, t contract.Template) (Candidate, error) {
	c := candidateOf(t)
	row, err := q.FindTemplate(ctx, waba, t.Name, t.Language)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return c, nil
	case err != nil:
		return c, err
	}
	c.found(row)
	return c, nil
}

// candidateOf reads what is to fill a template of which nothing is known yet.
func candidateOf(t contract.Template) Candidate {
	c := Candidate{Template: template.Template{Name: t.Name, Language: t.Language}}
	if len(t.Parameters) > 0 && json.Unmarshal(t.Parameters, &c.Parameters) != nil {
		c.Unreadable = unreadableParameters
	}
	return c
}

const unreadableParameters = "the parameters are neither a list of texts nor an object of texts by name"

// found takes in what is known of it.
func (c *Candidate) found(row db.FindTemplateRow) {
	c.Found, c.Status, c.Quality, c.Category = true, row.Status, row.Quality, categoryOf(row.Category)
	c.Template.Category, c.Template.Status = row.Category, row.Status
	if json.Unmarshal(row.Components, &c.Template.Components) != nil {
		c.Unreadable = "the template as the provider lists it cannot be read"
	}
}

// categoryOf takes a category that we do not know for the one that most is asked of.
func categoryOf(listed string) conversation.Category {
	switch c := conversation.Category(listed); c {
	case conversation.Utility, conversation.Authentication:
		return c
	}
	return conversation.Marketing
}

// ask fills in what the gate wants to know of a template.
func (c Candidate) ask(w *conversation.Wish) {
	w.Template, w.Known, w.Found, w.Status, w.Category, w.Parameters = true, true, c.Found, c.Status, c.Category, c.Unreadable
	var wrong *template.ParameterError
	switch {
	case w.Parameters != "" || !c.Found:
	case storable(c.Parameters) == nil:
		w.Parameters = "a parameter is not valid text"
	case errors.As(c.Template.Check(c.Parameters), &wrong):
		w.Parameters = wrong.Sentence
	}
}

// Wish is the wish of a person to send it, for the gate.
func (c Candidate) Wish() conversation.Wish {
	var w conversation.Wish
	c.ask(&w)
	return w
}
