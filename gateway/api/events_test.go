package api_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

// streamed is one server-sent event.
type streamed struct{ name, id, data string }

// stream is an answer of /v1/events that is being read.
type stream struct {
	f     *fixture
	close func()
	lines *bufio.Scanner
	last  string // id
}

func (f *fixture) listen(query, lastID string) *stream {
	f.t.Helper()
	return f.listenWith(key, query, lastID)
}

func (f *fixture) listenWith(key, query, lastID string) *stream {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	f.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server.URL+"/v1/events"+query, nil)
	require.NoError(f.t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(f.t, err)
	require.Equal(f.t, http.StatusOK, res.StatusCode)
	require.Equal(f.t, "text/event-stream", res.Header.Get("Content-Type"))
	s := &stream{f: f, lines: bufio.NewScanner(res.Body), last: lastID}
	s.close = func() { cancel(); res.Body.Close() }
	f.t.Cleanup(s.close)
	return s
}

// block reads up to an empty line: an event, or an id alone.
func (s *stream) block() streamed {
	s.f.t.Helper()
	var e streamed
	for s.lines.Scan() && s.lines.Text() != "" {
		field, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch field {
		case "event":
			e.name = value
		case "id":
			e.id, s.last = value, value
		case "data":
			e.data = value
		}
	}
	require.NoError(s.f.t, s.lines.Err())
	return e
}

// until reads up to an event of that name that speaks of the conversation.
func (s *stream) until(name string, conversation uuid.UUID) streamed {
	s.f.t.Helper()
	for {
		if e := s.block(); e.name == name && strings.Contains(e.data, conversation.String()) {
			return e
		}
	}
}

func TestEventsAreHeardAndGoneOnFromTheLastID(t *testing.T) {
	f := newFixture(t)
	s := f.listen("", "")
	for s.last == "" { // from the beginning there is one to go on from
		s.block()
	}
	a := f.add(someone{name: "Ada Example"})
	e := s.until("status", a)
	require.Contains(t, e.data, `"status":"expired","window":null,"unanswered":false,"at":"`)
	require.Contains(t, e.data, `"number":"`+number+`"`)
	for s.last == "" || e.id == "" { // the batch's last event has it
		e = s.block()
	}
	s.close()

	b := f.add(someone{name: "Bob Example"})
	again := f.listen("", s.last)
	again.until("status", b)
	again.close()
	f.listen("?after="+s.last, "").until("status", b)
}

func TestEventsOfOneNumberAloneAreHeard(t *testing.T) {
	f := newFixture(t)
	other := f.addNumber("106540352242999")
	s := f.listen("?number=106540352242999", "")
	mine := f.add(someone{})
	theirs := f.add(someone{number: other})
	for {
		e := s.block()
		require.NotContains(t, e.data, mine.String())
		if strings.Contains(e.data, theirs.String()) {
			return
		}
	}
}

func TestASendIsToldWithWhatBecameOfIt(t *testing.T) {
	f := newFixture(t)
	c := f.add(someone{})
	s := f.listen("", "")
	f.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, text, state, reason, planned_at, not_after)
		SELECT gen_random_uuid(), c.id, c.business_number_id, c.contact_id, 'request', 'freeform', 'x', 'refused', 'window_closed', now(), now()
		FROM conversations c WHERE c.id = $1`, c)
	require.Contains(t, s.until("send", c).data, `"state":"refused","reason":"window_closed"`)
	f.exec(`UPDATE contacts SET name = 'Ada Example'`) // of which the API has no event
	f.exec(`UPDATE business_numbers SET display = ''`)
	f.exec(`UPDATE conversations SET last_outbound_at = now() WHERE id = $1`, c)
	require.Equal(t, "status", s.until("status", c).name)
}

func TestAnIDThatWasNotGivenOutIsRefused(t *testing.T) {
	f := newFixture(t)
	var p struct{ Code, Field string }
	require.Equal(t, http.StatusUnprocessableEntity, f.call("GET", "/v1/events?after=x", "", &p).StatusCode)
	require.Equal(t, "invalid_cursor", p.Code)
	require.Equal(t, "after", p.Field)
}

func TestASilentStreamShowsThatItLivesAndMovesTheID(t *testing.T) {
	f := newFixture(t)
	s := f.listen("", "")
	for s.last == "" {
		s.block()
	}
	first := s.last
	for s.last == first {
		require.Empty(t, s.block().name)
	}
}

func TestAStreamEndsWhenItsKeyIsRevoked(t *testing.T) {
	f := newFixture(t)
	keys := access.Keys{Pool: f.pool}
	text, made, err := keys.Add(t.Context(), access.Operator, time.Now(), access.NewKey{Name: "shop", Scopes: []access.Scope{access.Read}})
	require.NoError(t, err)
	s := f.listenWith(text, "", "")
	for s.last == "" {
		s.block()
	}
	s.block() // it goes on while the key is valid
	require.NoError(t, keys.Revoke(t.Context(), access.Operator, time.Now(), made.Prefix))
	for s.lines.Scan() {
	}
	require.NoError(t, s.lines.Err(), "its end is an orderly one")
}
