package sending_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/sending"
	"reengage/whatsapp/cloudapi"
)

// news is something that is told of one recipient's message, at so many hours after it was sent.
type news struct {
	Kind string // sent, delivered, read, failed; text, quote, STOP
	At   int    // hours
}

// In whatever order, how often and in how many bodies it is told, a recipient's results are those of the facts.
func TestResultsAreThoseOfTheFactsInWhateverOrderTheyCome(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"answer_within": "48h0m0s"}`)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		phone := fmt.Sprintf("447700900%03d", n)
		of, recipient := b.contact(phone, 400*time.Hour)
		lost := rapid.Bool().Draw(t, "lost") // its answer: the first status is what accepts it
		wamid := fmt.Sprintf("wamid.result.%d", n)
		if lost {
			w.provider.answer(silent)
		}
		b.sent(of, recipient)
		sentAt := time.Now().Add(-300 * time.Hour).Truncate(time.Second)
		if !lost {
			wamid = b.one(`SELECT e.wamid FROM sends s JOIN events e ON e.id = s.message_id WHERE s.id = $1`, recipient)
			w.exec(`UPDATE sends SET accepted_at = $2 WHERE id = $1`, recipient, sentAt)
		}
		facts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) news {
			return news{rapid.SampledFrom([]string{"sent", "delivered", "read", "failed", "text", "quote", "STOP"}).Draw(t, "kind"),
				rapid.SampledFrom([]int{0, 1, 2, 47, 48, 49, 50, 100}).Draw(t, "hours")}
		}), 1, 6).Draw(t, "facts")
		told := rapid.Permutation(append(facts, rapid.SliceOfN(rapid.SampledFrom(facts), 0, 3).Draw(t, "twice")...)).Draw(t, "order")
		for len(told) > 0 {
			together := rapid.IntRange(1, len(told)).Draw(t, "together")
			w.hearsOf(phone, wamid, recipient, sentAt, told[:together])
			told = told[together:]
		}
		require.Equal(t, expected(w, recipient, sentAt, facts), resultOf(w, recipient))
	})
}

// hearsOf delivers one body.
func (w *world) hearsOf(phone, wamid string, recipient uuid.UUID, sentAt time.Time, told []news) {
	w.Helper()
	var messages, statuses []any
	for _, f := range told {
		at := strconv.FormatInt(sentAt.Add(time.Duration(f.At)*time.Hour).Unix(), 10)
		message := map[string]any{"from": phone, "id": fmt.Sprintf("%s.%s.%d", wamid, f.Kind, f.At), "timestamp": at, "type": "text",
			"text": map[string]any{"body": "Hello"}}
		switch f.Kind {
		case "quote":
			message["context"] = map[string]any{"id": wamid}
		case "STOP":
			message["text"] = map[string]any{"body": "Stop!"}
		case "text":
		default:
			statuses = append(statuses, map[string]any{"id": wamid, "status": f.Kind, "timestamp": at, "recipient_id": phone,
				"biz_opaque_callback_data": recipient.String() + "/1", "errors": []any{map[string]any{"code": 131049}}})
			continue
		}
		messages = append(messages, message)
	}
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": waba,
		"changes": []any{map[string]any{"field": "messages", "value": map[string]any{"messaging_product": "whatsapp",
			"metadata": map[string]any{"display_phone_number": "15550100001", "phone_number_id": shop},
			"messages": messages, "statuses": statuses}}}}}})
	require.NoError(w, err)
	_, err = w.store.Webhook(context.Background(), body, time.Now())
	require.NoError(w, err)
}

// result is what is known of a recipient; times in seconds, 0: none.
type result struct {
	State, Delivery               string
	Delivered, Answered, OptedOut int64
}

func resultOf(w *world, recipient uuid.UUID) (r result) {
	w.Helper()
	require.NoError(w, w.pool.QueryRow(context.Background(), `SELECT state, coalesce(delivery, ''),
		coalesce(extract(epoch FROM delivered_at), 0)::bigint, coalesce(extract(epoch FROM answered_at), 0)::bigint,
		coalesce(extract(epoch FROM opted_out_at), 0)::bigint FROM campaign_recipients WHERE id = $1`, recipient).Scan(
		&r.State, &r.Delivery, &r.Delivered, &r.Answered, &r.OptedOut))
	return r
}

// expected says it naively, from all facts at once.
func expected(w *world, recipient uuid.UUID, sentAt time.Time, facts []news) (r result) {
	within := int64(48 * 3600)
	first := func(of int64, at int64) int64 {
		if of == 0 || at < of {
			return at
		}
		return of
	}
	rank := map[string]int{"": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}
	at := func(f news) int64 { return sentAt.Add(time.Duration(f.At) * time.Hour).Unix() }
	for _, f := range facts {
		if rank[f.Kind] > rank[r.Delivery] {
			r.Delivery = f.Kind
		}
		if f.Kind == "delivered" || f.Kind == "read" {
			r.Delivered = first(r.Delivered, at(f))
		}
	}
	var accepted *time.Time
	require.NoError(w, w.pool.QueryRow(context.Background(), `SELECT accepted_at FROM sends WHERE id = $1`, recipient).Scan(&accepted))
	switch {
	case accepted == nil:
		r.State = "unknown"
		return r
	case r.Delivery == "failed":
		r.State = "failed"
	default:
		r.State = "accepted"
	}
	for _, f := range facts {
		said := at(f)
		switch f.Kind {
		case "quote":
			r.Answered = first(r.Answered, said)
		case "text", "STOP":
			if r.Delivered != 0 && said >= r.Delivered && said < r.Delivered+within {
				r.Answered = first(r.Answered, said)
			}
		}
		if f.Kind == "STOP" && said >= accepted.Unix() && said < accepted.Unix()+within {
			r.OptedOut = first(r.OptedOut, said)
		}
	}
	return r
}

// Whatever becomes of a campaign's messages, what is reserved of its budget is what those may cost that have not failed.
func TestABudgetIsAlwaysWhatItsSendsMayCost(t *testing.T) {
	w := newWorld(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		b := w.broadcasts(`{"budget_micros": 170000, "talk_over": true}`)
		type one struct {
			of, recipient uuid.UUID
			send          *sending.Result
		}
		all := [4]*one{}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			i := rapid.IntRange(0, len(all)-1).Draw(t, "recipient")
			if all[i] == nil { // made when it is first needed, which most are not
				n++
				of, recipient := b.contact(fmt.Sprintf("44770090%04d", n), longAgo)
				all[i] = &one{of: of, recipient: recipient}
			}
			o := all[i]
			switch rapid.SampledFrom([]string{"ask", "ask", "send", "send", "status", "pause", "resume", "settle", "finish", "price"}).Draw(t, "step") {
			case "ask":
				if planned := b.asks(o.of, o.recipient); planned.Send != nil {
					o.send = planned.Send
				}
			case "send":
				if o.send != nil && o.send.State == sending.Planned {
					w.provider.answer(rapid.SampledFrom([]answer{accepting, silent, refusing(131049), refusing(131000)}).Draw(t, "answer"))
					result := w.sends(o.of, *o.send)
					o.send = &result
					w.provider.forget()
				}
			case "settle":
				if o.send != nil {
					result := w.settles(o.of, *o.send)
					o.send = &result
				}
			case "finish":
				if o.send != nil {
					result := w.finishes(o.of, *o.send)
					o.send = &result
				}
			case "status":
				if o.send != nil && o.send.State == sending.Accepted {
					b.hears(o.recipient, rapid.SampledFrom([]string{"sent", "failed", "delivered"}).Draw(t, "status"), 131049)
				}
			case "pause":
				b.becomes("paused")
			case "resume":
				b.becomes("running")
			case "price":
				w.quotes.mu.Lock()
				w.quotes.micros = rapid.Int64Range(1, 90_000).Draw(t, "price")
				w.quotes.mu.Unlock()
			}
			b.balanced()
			require.LessOrEqual(t, b.reserved(), int64(170_000+90_000), "what has arrived after all may be more than the budget")
		}
	})
}

func accepting(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
	return cloudapi.Accepted{WAMID: newWAMID()}, nil
}
