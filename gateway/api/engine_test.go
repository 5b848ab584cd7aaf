package api_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/engine"
	"reengage/workflows/contract"
)

// fakeEngine answers as the test says, and keeps what it was asked.
type fakeEngine struct {
	answer contract.Answer
	err    error
	asked  []question
	first  map[string]question // where a test makes it: the first request under each id, as the real one keeps them
}

type question struct {
	conversation      uuid.UUID
	update, requestID string
	payload           any
}

func (e *fakeEngine) Request(_ context.Context, id uuid.UUID, update, requestID string, ask engine.Ask) (contract.Answer, error) {
	q := question{id, update, requestID, ask(contract.Request{ID: requestID})}
	if e.first != nil {
		if known, found := e.first[requestID]; found && !reflect.DeepEqual(known, q) {
			return contract.Answer{Fault: contract.FaultRequestReused}, nil
		} else if found {
			answer := e.answer
			answer.Repeated = true
			return answer, nil
		}
		e.first[requestID] = q
	}
	e.asked = append(e.asked, q)
	return e.answer, e.err
}

// allow has the workflow plan a send, and returns its id.
func (e *fakeEngine) allow() uuid.UUID {
	id := uuid.New()
	e.answer = contract.Answer{SendID: &id, Verdict: conversation.Verdict{Code: conversation.Allowed, Rule: "W5", Sentence: "the window is open"}}
	return id
}

// post sends a POST with an idempotency key, or without one if it is empty.
func (f *fixture) post(path, key, body string, out any) *http.Response {
	f.t.Helper()
	req, err := http.NewRequest("POST", f.server.URL+path, strings.NewReader(body))
	require.NoError(f.t, err)
	req.Header.Set("Authorization", "Bearer key-of-the-test")
	req.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(path, "/invoice") {
		req.Header.Set("Content-Type", "text/csv")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return f.do(req, out)
}

// longAgo is before any window that could be open now: the API reads the real clock.
var longAgo = time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
