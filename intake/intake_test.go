package intake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/intake"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// Receipt is some minutes after what the fixtures tell of. The clock is the real one, so virtual and real are the same.
var receivedAt = time.Date(2026, 9, 21, 14, 20, 0, 0, time.UTC)

const (
	shop   = "106540000000001" // a business number
	branch = "106540000000002" // another one
	ada    = "447700900101"    // a contact's phone
)

func open(pool *pgxpool.Pool) *intake.Store {
	return intake.New(pool, clock.Clock{}, slog.New(slog.DiscardHandler))
}

// background is for what is asked about a database outside of a test of its own.
var background = context.Background()

// object is a piece of JSON.
type object map[string]any

// webhook wraps messages and statuses of one business number in a body.
func webhook(number string, messages, statuses []object, contacts ...object) []byte {
	return bodyOf(change(number, messages, statuses, contacts...))
}

func change(number string, messages, statuses []object, contacts ...object) object {
	return object{"field": "messages", "value": object{
		"messaging_product": "whatsapp",
		"metadata":          object{"display_phone_number": "15550100001", "phone_number_id": number},
		"contacts":          contacts, "messages": messages, "statuses": statuses,
	}}
}

func bodyOf(changes ...object) []byte {
	body, err := json.Marshal(object{"object": "whatsapp_business_account",
		"entry": []object{{"id": "102290000000001", "changes": changes}}})
	if err != nil {
		panic(err)
	}
	return body
}

// bodyOfEntry is a body of one change, of which only its entry states a time.
func bodyOfEntry(at time.Time, c object) []byte {
	body, err := json.Marshal(object{"object": "whatsapp_business_account",
		"entry": []object{{"id": "102290000000001", "time": at.Unix(), "changes": []object{c}}}})
	if err != nil {
		panic(err)
	}
	return body
}

// text is a message from a phone.
func text(id string, at time.Time, from string) object {
	return object{"id": id, "timestamp": stamp(at), "type": "text", "from": from, "text": object{"body": "Hello"}}
}

// status is news of a message, with an error's code if there is one.
func status(id, state string, at time.Time, code int) object {
	s := object{"id": id, "status": state, "timestamp": stamp(at), "recipient_id": ada}
	if code != 0 {
		s["errors"] = []object{{"code": code, "title": "Re-engagement message"}}
	}
	return s
}

func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func deliver(t *testing.T, s *intake.Store, body []byte) intake.Receipt {
	t.Helper()
	receipt, err := s.Webhook(t.Context(), body, receivedAt)
	require.NoError(t, err)
	return receipt
}

// report tells of messages through the API.
func report(t *testing.T, s *intake.Store, msgs ...intake.Message) []intake.Stored {
	t.Helper()
	stored, err := s.Messages(t.Context(), intake.FromAPI, receivedAt, msgs)
	require.NoError(t, err)
	return stored
}

func outbound(id, kind string, at time.Time) intake.Message {
	return intake.Message{Kind: intake.Outbound, PhoneNumberID: shop, Who: intake.Identity{Phone: ada}, ID: id, OccurredAt: at,
		Type: kind}
}

// value reads one value.
func value[T any](t testing.TB, pool *pgxpool.Pool, sql string, args ...any) (v T) {
	t.Helper()
	require.NoError(t, pool.QueryRow(t.Context(), sql, args...).Scan(&v), sql)
	return v
}

func count(t testing.TB, pool *pgxpool.Pool, table string) int {
	t.Helper()
	return value[int](t, pool, fmt.Sprintf("SELECT count(*)::int FROM %s", table))
}
