package whatsapptest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// routes serves the control API beside Meta's paths. Lists are JSON arrays;
// what is wrong with a request is said in {"error": "..."} with status 400.
func (s *Simulator) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.graph)
	mux.HandleFunc("/_sim/", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusNotFound, object{"error": "no such call of the control API"})
	})
	mux.HandleFunc("GET /_sim/messages", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.Messages())
	})
	mux.HandleFunc("GET /_sim/requests", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.Requests())
	})
	mux.HandleFunc("GET /_sim/webhooks", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.Webhooks())
	})
	mux.HandleFunc("POST /_sim/inbound", control(s.controlInbound))
	mux.HandleFunc("POST /_sim/script", control(s.controlScript))
	mux.HandleFunc("POST /_sim/statuses", control(s.controlStatuses))
	mux.HandleFunc("POST /_sim/templates", control(s.controlTemplates))
	mux.HandleFunc("POST /_sim/preferences", control(s.controlPreferences))
	mux.HandleFunc("POST /_sim/crowd", control(s.controlCrowd))
	mux.HandleFunc("GET /_sim/crowd", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, s.CrowdCounts())
	})
	mux.HandleFunc("POST /_sim/webhook", s.controlWebhook)
	return mux
}

// control decodes a request strictly: a misspelt member would otherwise make a
// test pass that tests nothing.
func control[In any](do func(r *http.Request, in In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
		d.DisallowUnknownFields()
		err := d.Decode(&in)
		if err == nil && d.More() {
			err = errors.New("trailing data")
		}
		var out any
		if err == nil {
			out, err = do(r, in)
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, object{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

// POST /_sim/inbound {"from":"+447700900101","text":"Hello","at":"2026-11-02T09:00:00Z"}
func (s *Simulator) controlInbound(r *http.Request, in Inbound) (any, error) {
	wamid, err := s.Inbound(r.Context(), in)
	return object{"wamid": wamid}, err
}

// POST /_sim/script [{"match":{"type":"template"},"do":"error","code":131049}]
// adds rules; an empty list forgets all.
func (s *Simulator) controlScript(_ *http.Request, in []Rule) (any, error) {
	return object{"rules": len(in)}, s.Script(in...)
}

type statusesBody struct {
	Auto    *bool  `json:"auto"`
	Message string `json:"message"`
	Status  string `json:"status"`
	Code    int    `json:"code"`
}

// POST /_sim/statuses {"auto":false} switches the usual statuses,
// {"message":"wamid...","status":"read"} reports one.
func (s *Simulator) controlStatuses(r *http.Request, in statusesBody) (any, error) {
	if in.Auto == nil && in.Message == "" {
		return nil, errors.New("`auto`, or `message` and `status`")
	}
	if in.Auto != nil {
		s.AutoStatuses(*in.Auto)
	}
	if in.Message != "" {
		if in.Status == "" {
			return nil, errors.New("`status` says what is to be reported")
		}
		if err := s.Report(r.Context(), in.Message, in.Status, in.Code); err != nil {
			return nil, err
		}
	}
	return object{"ok": true}, nil
}

// templateChange is a template to register or to replace.
type templateChange struct {
	Template
	Announce bool `json:"announce"`
}

// POST /_sim/templates [{"name":"come_back","status":"PAUSED","announce":true}]
// registers or replaces templates; announced ones with the webhooks that follow.
func (s *Simulator) controlTemplates(r *http.Request, in []templateChange) (any, error) {
	for _, t := range in {
		if t.Name == "" {
			return nil, errors.New("a template needs a name")
		}
	}
	for _, t := range in {
		if !t.Announce {
			s.SetTemplate(t.Template)
		} else if err := s.AnnounceTemplate(r.Context(), t.Template); err != nil {
			return nil, err
		}
	}
	return object{"templates": len(in)}, nil
}

// POST /_sim/preferences {"from":"+447700900101","value":"stop"}
// a customer wants no more marketing, or wants it again.
func (s *Simulator) controlPreferences(r *http.Request, in Preference) (any, error) {
	if err := s.Prefer(r.Context(), in); err != nil {
		return nil, err
	}
	return object{"ok": true}, nil
}

// POST /_sim/crowd [{"seed":7,"prefix":"1555","shares":{"answering":0.25,"reading":0.5},"delays":{"read":["1s","5m"]}}]
// makes customers who answer by themselves; an empty list forgets them.
func (s *Simulator) controlCrowd(_ *http.Request, in []Crowd) (any, error) {
	return object{"crowds": len(in)}, s.SetCrowd(in...)
}

// POST /_sim/webhook signs and posts the request's body as it is.
func (s *Simulator) controlWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	if err == nil {
		err = s.Post(r.Context(), body)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, object{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, object{"ok": true})
}
