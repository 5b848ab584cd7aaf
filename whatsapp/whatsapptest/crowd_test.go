package whatsapptest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
)

// everybody is a crowd in which something of everything happens, soon.
func everybody() Crowd {
	soon := Span{0, 10 * time.Minute} // 60 ms of ours
	return Crowd{
		Seed: 11, Prefix: "1555", Quote: 0.4, Delays: Delays{soon, soon, soon, soon},
		Shares: Shares{Unreachable: 0.05, Stopped: 0.04, Blocking: 0.03, SayingStop: 0.02, Answering: 0.25, Reading: 0.4},
	}
}

func member(i int) string { return fmt.Sprintf("1555%07d", i) }

// offer is a template for somebody.
func offer(to string) string {
	return `{"messaging_product":"whatsapp","to":"` + to + `","type":"template","template":{"name":"offer","language":{"code":"en_US"}}}`
}

func TestFatesComeInTheSharesOfTheCrowd(t *testing.T) {
	const people = 10_000
	c := everybody()
	found, quotes := map[Does]int{}, 0
	for i := range people {
		f := c.Fate(member(i))
		found[f.Does]++
		if f.Quotes {
			require.Equal(t, Answers, f.Does)
			quotes++
		}
		require.Equal(t, f.Writes(), f.Text != "")
		require.True(t, f.SentAfter <= f.DeliveredAfter && f.DeliveredAfter <= f.ReadAfter && f.ReadAfter <= f.WritesAfter)
	}
	for i, share := range c.Shares.list() {
		require.InDelta(t, share*people, found[doers[i]], 150, doers[i])
	}
	require.InDelta(t, 0.21*people, found[Ignores], 150)
	require.InDelta(t, 0.4*float64(found[Answers]), quotes, 100)
}

func TestAFateIsAFunctionOfSeedAndPhoneAlone(t *testing.T) {
	c := everybody()
	require.Equal(t, c.Fate(member(1)), c.Fate("+"+member(1)), "however the phone is written")
	other := c
	other.Seed++
	different := 0
	for i := range 1000 {
		require.Equal(t, c.Fate(member(i)), c.Fate(member(i)))
		if c.Fate(member(i)).Does != other.Fate(member(i)).Does {
			different++
		}
	}
	require.Greater(t, different, 400, "another seed, other fates")
	fewer := c
	fewer.Quote = 0
	require.Equal(t, c.Fate(member(1)).WritesAfter, fewer.Fate(member(1)).WritesAfter, "one share does not change another")
	require.Equal(t, c.Fate(member(1)).Does, fewer.Fate(member(1)).Does)
}

func TestACrowdDoesWhatItsFatesSayEachOnceAlsoOverAGatewayThatFails(t *testing.T) {
	const people = 1000
	w, c := newWorld(t), everybody()
	require.NoError(t, w.SetCrowd(c))
	w.in.refuse = 7
	var want CrowdCounts
	wamids := map[string]string{}
	for i := range people {
		f, sent := c.Fate(member(i)), w.send(offer(member(i)))
		if !f.Accepted() {
			want.Refused++
			require.Equal(t, []int{http.StatusBadRequest, 131050}, []int{sent.status, sent.Error.Code})
			continue
		}
		require.Equal(t, http.StatusOK, sent.status)
		wamids[member(i)] = sent.Messages[0]["id"]
		want.Accepted++
		for counter, counts := range map[*int]bool{
			&want.Unreachable: f.Does == IsUnreachable, &want.Delivered: f.Delivered(), &want.Read: f.Read(),
			&want.Answered: f.Does == Answers, &want.Quoted: f.Quotes, &want.Stopped: f.Does == SaysStop,
		} {
			if counts {
				*counter++
			}
		}
	}
	w.settle()
	require.Equal(t, want, w.CrowdCounts())
	require.NotContains(t, []int{want.Refused, want.Unreachable, want.Delivered, want.Read, want.Answered, want.Quoted, want.Stopped}, 0)

	statuses, texts := map[string][]string{}, map[string][]string{}
	for _, s := range received[*whatsapp.Status](w.in) {
		statuses[s.ID] = append(statuses[s.ID], s.State)
	}
	for _, m := range received[*whatsapp.Message](w.in) {
		texts[m.Contact.WaID] = append(texts[m.Contact.WaID], m.Text+"/"+m.Answers)
	}
	for i := range people {
		f, wamid := c.Fate(member(i)), wamids[member(i)]
		require.ElementsMatch(t, reported(f), statuses[wamid], "%+v", f)
		require.Equal(t, said(f, wamid), texts[member(i)], "%+v", f)
	}
	require.Less(t, len(w.Webhooks()), people, "several in a body")
	for _, hook := range w.Webhooks() {
		require.True(t, hook.Acknowledged)
	}
}

// reported are the statuses of a message with this fate.
func reported(f Fate) (states []string) {
	if f.Does == IsUnreachable {
		return []string{"failed"}
	}
	for state, holds := range map[string]bool{"sent": f.Accepted(), "delivered": f.Delivered(), "read": f.Read()} {
		if holds {
			states = append(states, state)
		}
	}
	return states
}

// said is what the customer writes, and which message that quotes.
func said(f Fate, wamid string) []string {
	switch {
	case f.Quotes:
		return []string{f.Text + "/" + wamid}
	case f.Writes():
		return []string{f.Text + "/"}
	}
	return nil
}

func TestAStatusOfACrowdComesBeforeTheAnswerToIt(t *testing.T) {
	w, c := newWorld(t), everybody()
	c.Delays, c.Shares = Delays{}, Shares{Answering: 1}
	c.Delays.Sent = Span{time.Second, time.Second} // and everything else at once
	require.NoError(t, w.SetCrowd(c))
	w.send(offer(member(1)))
	w.settle()
	require.Len(t, w.Webhooks(), 1)
	body := string(w.Webhooks()[0].Body)
	require.Less(t, strings.Index(body, `"read"`), strings.Index(body, `"from"`))
}

func TestThoseWhoAreInNoCrowdAreAsUsual(t *testing.T) {
	w, c := newWorld(t), everybody()
	c.Shares = Shares{Stopped: 1}
	require.NoError(t, w.SetCrowd(c))
	require.Equal(t, http.StatusOK, w.send(offer(customer)).status)
	w.settle()
	require.Equal(t, []string{"sent", "delivered", "read"}, states(received[*whatsapp.Status](w.in)))
	require.Zero(t, w.CrowdCounts())

	require.NoError(t, w.SetCrowd())
	require.Equal(t, http.StatusOK, w.send(offer(member(1))).status, "and nobody is once it is gone")
}

func TestACrowdIsRepliedTo(t *testing.T) {
	w, c := newWorld(t), everybody()
	c.Shares = Shares{Answering: 1}
	require.NoError(t, w.SetCrowd(c))
	reply := `{"messaging_product":"whatsapp","to":"` + member(1) + `","type":"text","text":{"body":"Gladly"}}`
	w.send(reply)
	w.settle()
	require.Equal(t, []string{"failed"}, states(received[*whatsapp.Status](w.in)), "it has not written: its window is closed")
	w.send(offer(member(1)))
	w.settle()
	require.Len(t, received[*whatsapp.Message](w.in), 1)
	w.send(reply)
	w.settle()
	require.Equal(t, []string{"sent", "delivered", "read"}, w.Messages()[2].Statuses)
	require.Len(t, received[*whatsapp.Message](w.in), 1, "it answers templates only")
}

func TestAScriptGoesBeforeACrowd(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.SetCrowd(Crowd{Prefix: "1555", Shares: Shares{Answering: 1}}))
	require.NoError(t, w.Script(Rule{Do: "status", Status: "failed", Code: 131049}))
	w.send(offer(member(1)))
	w.settle()
	require.Equal(t, []string{"failed"}, states(received[*whatsapp.Status](w.in)))
	require.Empty(t, received[*whatsapp.Message](w.in))
}

func TestACrowdIsMadeByTheControlAPI(t *testing.T) {
	w := newWorld(t)
	status, answer := w.control("/_sim/crowd", `[{"seed":7,"prefix":"1555","shares":{"answering":1},"quote":1,
		"delays":{"sent":["1s","2s"],"delivered":["1s","2s"],"read":["1s","5m"],"written":["0s","1m"]},"names":{"`+member(1)+`":"Ada Muster"}}]`)
	require.Equal(t, http.StatusOK, status, answer)
	w.send(offer(member(1)))
	w.settle()
	require.Equal(t, "Ada Muster", received[*whatsapp.Message](w.in)[0].Contact.Name)
	_, answer = w.control("/_sim/crowd", "")
	require.JSONEq(t, `{"accepted":1,"refused":0,"unreachable":0,"delivered":1,"read":1,"answered":1,"quoted":1,"stopped":0,"waiting":0}`, answer)
}

func TestACrowdThatCannotBeIsRefused(t *testing.T) {
	w := newWorld(t)
	for wrong, crowd := range map[string]string{
		"no prefix":          `[{"shares":{"answering":1}}]`,
		"no digits":          `[{"prefix":"+1555"}]`,
		"more than all":      `[{"prefix":"1555","shares":{"answering":0.7,"reading":0.4}}]`,
		"less than none":     `[{"prefix":"1555","shares":{"answering":-0.1}}]`,
		"more than answer":   `[{"prefix":"1555","quote":1.1}]`,
		"time that runs out": `[{"prefix":"1555","delays":{"read":["5m","1m"]}}]`,
		"half a delay":       `[{"prefix":"1555","delays":{"read":["5m"]}}]`,
		"a misspelling":      `[{"prefix":"1555","share":{}}]`,
	} {
		status, answer := w.control("/_sim/crowd", crowd)
		require.Equal(t, http.StatusBadRequest, status, wrong)
		require.True(t, json.Valid([]byte(answer)))
	}
}
