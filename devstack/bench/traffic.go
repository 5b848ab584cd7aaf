package bench

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"reengage/whatsapp"
)

// The business number that everybody writes to, and the secret that its webhooks are signed with.
const (
	phoneNumberID = "106540000000001"
	appSecret     = "a throw-away secret of the bench"
)

// traffic invents people and what they write. No two messages have one id.
type traffic struct {
	people   int
	messages int
}

// person is a phone of area code 555, which nobody has.
type person int

func (p person) phone() string { return fmt.Sprintf("1555%07d", int(p)) }

// newcomer is somebody who has not written before.
func (t *traffic) newcomer() person {
	t.people++
	return person(t.people)
}

// newcomers are n of them.
func (t *traffic) newcomers(n int) []person {
	people := make([]person, n)
	for i := range people {
		people[i] = t.newcomer()
	}
	return people
}

// signedBody is a webhook as the provider posts it.
type signedBody struct {
	bytes     []byte
	signature string
}

type (
	wireText struct {
		Body string `json:"body"`
	}
	wireMessage struct {
		From      string   `json:"from"`
		ID        string   `json:"id"`
		Timestamp string   `json:"timestamp"`
		Type      string   `json:"type"`
		Text      wireText `json:"text"`
	}
	wireProfile struct {
		Name string `json:"name"`
	}
	wireContact struct {
		Profile wireProfile `json:"profile"`
		WaID    string      `json:"wa_id"`
	}
	wireMetadata struct {
		Display string `json:"display_phone_number"`
		ID      string `json:"phone_number_id"`
	}
	wireValue struct {
		Product  string        `json:"messaging_product"`
		Metadata wireMetadata  `json:"metadata"`
		Contacts []wireContact `json:"contacts"`
		Messages []wireMessage `json:"messages"`
	}
	wireChange struct {
		Field string    `json:"field"`
		Value wireValue `json:"value"`
	}
	wireEntry struct {
		ID      string       `json:"id"`
		Changes []wireChange `json:"changes"`
	}
	wireBody struct {
		Object string      `json:"object"`
		Entry  []wireEntry `json:"entry"`
	}
)

// body is one webhook in which each of these people writes a text at that time.
func (t *traffic) body(at time.Time, people ...person) signedBody {
	v := wireValue{Product: "whatsapp", Metadata: wireMetadata{Display: "15550100001", ID: phoneNumberID}}
	for _, p := range people {
		t.messages++
		v.Contacts = append(v.Contacts, wireContact{Profile: wireProfile{Name: "Invented Person " + strconv.Itoa(int(p))}, WaID: p.phone()})
		v.Messages = append(v.Messages, wireMessage{From: p.phone(), ID: fmt.Sprintf("wamid.BENCH%012d", t.messages),
			Timestamp: strconv.FormatInt(at.Unix(), 10), Type: "text",
			Text: wireText{Body: "Hello, is the blue one still to be had, and what would it cost to send it?"}})
	}
	raw, err := json.Marshal(wireBody{Object: "whatsapp_business_account", Entry: []wireEntry{{ID: "102290000000001",
		Changes: []wireChange{{Field: "messages", Value: v}}}}})
	if err != nil {
		panic(err) // strings can be written
	}
	return signedBody{bytes: raw, signature: whatsapp.Sign(raw, appSecret)}
}

// mixed are n bodies of so many updates each: every other message is a newcomer's, the rest come from those who are known.
func (t *traffic) mixed(at time.Time, n, updates int, known []person) []signedBody {
	bodies := make([]signedBody, n)
	for i := range bodies {
		people := make([]person, updates)
		for j := range people {
			if (i+j)%2 == 0 {
				people[j] = known[(t.messages+j)*7919%len(known)]
			} else {
				people[j] = t.newcomer()
			}
		}
		bodies[i] = t.body(at, people...)
	}
	return bodies
}

// inBodies are webhooks of at most this many updates in which each of these people writes once.
func (t *traffic) inBodies(at time.Time, people []person, updates int) []signedBody {
	var bodies []signedBody
	for ; len(people) > 0; people = people[min(updates, len(people)):] {
		bodies = append(bodies, t.body(at, people[:min(updates, len(people))]...))
	}
	return bodies
}
