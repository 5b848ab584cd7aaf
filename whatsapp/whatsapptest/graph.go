package whatsapptest

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// maxRequest is the longest body that is read, in bytes.
const maxRequest = 1 << 20

var apiVersion = regexp.MustCompile(`^v\d+\.\d+$`)

// graph serves Meta's own paths: /vNN.0/{id} and /vNN.0/{id}/{edge}.
func (s *Simulator) graph(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return // the client is gone, or sends what no message can be
	}
	c := &call{s: s, w: w, r: r, body: body, record: s.begin(r, body)}
	if err := c.serve(); err != nil {
		c.fail(err)
	}
}

// call is one request to Meta's API.
type call struct {
	s      *Simulator
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
	record *Request
}

func (c *call) serve() *graphError {
	version, rest, _ := strings.Cut(strings.Trim(c.r.URL.Path, "/"), "/")
	id, edge, _ := strings.Cut(rest, "/")
	if !apiVersion.MatchString(version) || id == "" {
		return &graphError{status: http.StatusBadRequest, code: 2500, message: "Unknown path components: " + c.r.URL.Path}
	}
	if err := c.authorize(); err != nil {
		return err
	}
	number, isNumber := c.s.number(id)
	isAccount := id == c.s.cfg.WABA
	get, post := c.r.Method == http.MethodGet, c.r.Method == http.MethodPost
	switch {
	case isNumber && edge == "" && get:
		return c.phoneNumber(number)
	case isNumber && edge == "messages" && post:
		return c.send(number)
	case isAccount && edge == "message_templates" && get:
		return c.listTemplates()
	case isNumber || isAccount:
		return &graphError{status: http.StatusBadRequest, code: 100, kind: "GraphMethodException",
			message: "Unsupported " + strings.ToLower(c.r.Method) + " request"}
	}
	return &graphError{status: http.StatusBadRequest, code: 100, subcode: 33, kind: "GraphMethodException",
		message: "Unsupported " + strings.ToLower(c.r.Method) + " request. Object with ID '" + id + "' does not exist, " +
			"cannot be loaded due to missing permissions, or does not support this operation"}
}

func (c *call) authorize() *graphError {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !ok || token == "":
		return &graphError{status: http.StatusUnauthorized, code: 190, message: "An access token is required to request this resource."}
	case c.s.cfg.AccessToken != "" && token != c.s.cfg.AccessToken:
		return &graphError{status: http.StatusUnauthorized, code: 190, message: "Invalid OAuth access token - Cannot parse access token"}
	}
	return nil
}

func (c *call) phoneNumber(n Number) *graphError {
	c.end("ok", http.StatusOK, 0, "")
	writeJSON(c.w, http.StatusOK, selected(object{
		"id":                       n.ID,
		"display_phone_number":     n.Display,
		"verified_name":            "Reengage Test",
		"quality_rating":           "GREEN",
		"code_verification_status": "VERIFIED",
		"platform_type":            "CLOUD_API",
		"throughput":               object{"level": "STANDARD"},
	}, c.r.URL.Query().Get("fields")))
	return nil
}

// selected keeps the members that `fields` names, and the id. Without `fields`
// it keeps all.
func selected(o object, fields string) object {
	if fields == "" {
		return o
	}
	out := object{"id": o["id"]}
	for _, f := range strings.Split(fields, ",") {
		if v, ok := o[strings.TrimSpace(f)]; ok {
			out[strings.TrimSpace(f)] = v
		}
	}
	return out
}

// begin records a request before anything is done about it, so that one that
// hangs can be seen.
func (s *Simulator) begin(r *http.Request, body []byte) *Request {
	record := &Request{At: s.cfg.Now().UTC(), Method: r.Method, Path: r.URL.Path, Outcome: "pending"}
	if len(body) > 0 && json.Valid(body) {
		record.Body = body
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, record)
	return record
}

// end records what came of the request. It is called before the answer is
// written: whoever has the answer finds the record complete.
func (c *call) end(outcome string, status, code int, wamid string) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.record.Outcome, c.record.Status, c.record.Code, c.record.WAMID = outcome, status, code, wamid
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
}
