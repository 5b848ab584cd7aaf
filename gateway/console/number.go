package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

// number shows one business number.
func (c *Console) number(w http.ResponseWriter, r *http.Request) error {
	n, listed, err := c.readNumber(r)
	if err != nil {
		return err
	}
	form := formOf(n, listed)
	view, err := c.numberView(r.Context(), n, listed, form)
	if err != nil {
		return err
	}
	view.Saved = r.URL.Query().Has("saved")
	view.Tariff.Done = assigned(r.URL.Query(), n)
	return c.showNumber(w, r, http.StatusOK, view)
}

// changeNumber is any button of the form: one saves, the others change its rows.
func (c *Console) changeNumber(w http.ResponseWriter, r *http.Request) error {
	n, listed, form, err := c.postedNumber(r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	var problem *api.Problem
	if do := r.PostForm.Get("do"); do != "save" {
		form.press(do, n, listed)
	} else if err := c.saveNumber(r.Context(), n, listed, form); err == nil {
		http.Redirect(w, r, numberPath(n.ID)+"?saved=1", http.StatusSeeOther)
		return nil
	} else if !errors.As(err, &problem) {
		return err
	} else {
		status = problem.Status
	}
	if problem != nil && problem.Code == "number_changed" {
		form.Version = n.Version // who saves once more has been told
	}
	view, err := c.numberView(r.Context(), n, listed, form)
	if err != nil {
		return err
	}
	view.refused(problem)
	return c.showNumber(w, r, status, view)
}

func (c *Console) saveNumber(ctx context.Context, n api.BusinessNumber, listed templateList, form numberForm) error {
	change, wrong := form.change(n, listed)
	if len(wrong) > 0 {
		return &api.Problem{Status: http.StatusUnprocessableEntity, Code: wrong[0].Code, Detail: wrong[0].Detail, Field: wrong[0].Field, Errors: wrong}
	}
	return c.client.do(ctx, http.MethodPut, "/v1/numbers/"+url.PathEscape(n.ID), "", change, nil)
}

// previewNumber follows the form as it is edited.
func (c *Console) previewNumber(w http.ResponseWriter, r *http.Request) error {
	n, listed, form, err := c.postedNumber(r)
	if err != nil {
		return err
	}
	view, err := c.preview(r.Context(), n, listed, form)
	if err != nil {
		return err
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Preview", Here: "numbers", Page: "number-preview", View: view})
}

// pauseNumber has it send nothing, or again.
func (c *Console) pauseNumber(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	what := "/pause"
	if r.URL.Path == numberPath(id)+"/resume" {
		what = "/resume"
	}
	if err := c.client.do(r.Context(), http.MethodPost, "/v1/numbers/"+url.PathEscape(id)+what, "", nil, nil); err != nil {
		return err
	}
	http.Redirect(w, r, numberPath(id), http.StatusSeeOther)
	return nil
}

func numberPath(id string) string { return Path + "/numbers/" + url.PathEscape(id) }

// postedNumber is the number as it is and the form as it was posted.
func (c *Console) postedNumber(r *http.Request) (api.BusinessNumber, templateList, numberForm, error) {
	if err := r.ParseForm(); err != nil {
		return api.BusinessNumber{}, nil, numberForm{}, &api.Problem{Status: http.StatusBadRequest, Code: "malformed_request", Detail: "the form could not be read"}
	}
	n, listed, err := c.readNumber(r)
	form := readNumberForm(r.PostForm)
	if !r.PostForm.Has("time_zone") { // who may not change the settings has sent an example alone
		example := form.Example
		form = formOf(n, listed)
		form.Example = example
	}
	return n, listed, form, err
}

// readNumber asks for the number and the templates that it could send.
func (c *Console) readNumber(r *http.Request) (n api.BusinessNumber, listed templateList, err error) {
	id := r.PathValue("id")
	if err := c.client.get(r.Context(), "/v1/numbers/"+url.PathEscape(id), &n); err != nil {
		return n, nil, err
	}
	listed, err = c.client.listTemplates(r.Context(), id, "")
	return n, listed, err
}

func (c *Console) numberView(ctx context.Context, n api.BusinessNumber, listed templateList, form numberForm) (numberView, error) {
	preview, err := c.preview(ctx, n, listed, form)
	if err != nil {
		return numberView{}, err
	}
	who, _ := access.From(ctx)
	return newNumberView(n, listed, form, preview, who.May(access.Admin)), nil
}

func (c *Console) showNumber(w http.ResponseWriter, r *http.Request, status int, view numberView) error {
	return c.page(w, r, status, frame{Title: "Number " + view.Name(), Here: "numbers", Page: "number", View: view})
}

// preview asks what the form's settings would do. A form that cannot be read has problems instead.
func (c *Console) preview(ctx context.Context, n api.BusinessNumber, listed templateList, form numberForm) (previewView, error) {
	now := c.clock.At(time.Now())
	change, wrong := form.change(n, listed)
	var reader formReader
	change.Version, change.Example = "", form.Example.example(&reader, now)
	if wrong = append(wrong, reader.wrong...); len(wrong) > 0 {
		return previewView{Problems: wrong, Example: form.Example}, nil
	}
	var p api.NumberPreview
	err := c.client.do(ctx, http.MethodPost, "/v1/numbers/"+url.PathEscape(n.ID)+"/preview", "", change, &p)
	var problem *api.Problem
	if errors.As(err, &problem) && problem.Status == http.StatusUnprocessableEntity {
		return previewView{Problems: problem.Errors, Example: form.Example}, nil
	}
	if err != nil {
		return previewView{}, err
	}
	return newPreviewView(p, change.TimeZone, form.Example), nil
}
