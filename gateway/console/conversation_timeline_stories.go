package console

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/gateway/api"
	"reengage/sending"
)

// toldAt makes an item of a timeline, so long before the moment of the stories.
func toldAt(before time.Duration, kind string, fill func(*api.TimelineItem)) api.TimelineItem {
	item := api.TimelineItem{At: storyTime.Add(-before), Kind: kind, ID: fmt.Sprint(before)}
	fill(&item)
	return item
}

func wrote(before time.Duration, text string) api.TimelineItem {
	return toldAt(before, "message", func(i *api.TimelineItem) {
		i.Message = &api.TimelineMessage{Direction: "inbound", Type: "text", Text: text, OpensWindow: true}
	})
}

func answered(before time.Duration, state, text string, more func(*api.TimelineMessage)) api.TimelineItem {
	return toldAt(before, "message", func(i *api.TimelineItem) {
		at := i.At.Add(3 * time.Second)
		i.Message = &api.TimelineMessage{Direction: "outbound", Type: "freeform", Text: text, Origin: "request", State: state,
			SendID: new(uuid.NewSHA1(uuid.Nil, []byte(text))), ReadAt: &at, DeliveredAt: &at}
		if more != nil {
			more(i.Message)
		}
	})
}

// storyTimeline has one of everything, the newest first, as the API has it.
func storyTimeline() []api.TimelineItem {
	decision := storyDecisions()[1]
	return []api.TimelineItem{
		wrote(18*time.Hour-12*time.Minute, "Is the blue bicycle still there? I could come by on Saturday."),
		toldAt(18*time.Hour-11*time.Minute, "charge", func(i *api.TimelineItem) {
			i.Charge = &api.TimelineCharge{Scheme: "zenvia-conversion", Kind: "customer_initiated", Rule: "Z2", AmountMicros: 22000, Currency: "USD"}
		}),
		toldAt(19*time.Hour, "decision", func(i *api.TimelineItem) { i.Decision = &decision }),
		answered(20*time.Hour, "delivered", "", func(m *api.TimelineMessage) {
			text := "Hello Ada,\nyour order 4711 has left our workshop."
			m.Type, m.Template, m.Category = "template", &api.TimelineTemplate{Name: "order_update", Language: "en_GB", Text: &text}, "utility"
		}),
		toldAt(43*time.Hour, "reminder", func(i *api.TimelineItem) {
			i.Reminder = &api.TimelineReminder{Outcome: "sent", Sentence: "the team was reminded that the window was about to close", Deadline: storyTime.Add(-42 * time.Hour)}
		}),
		answered(65*time.Hour, "read", "It takes about two days. We will write when it leaves.", nil),
		wrote(66*time.Hour, "Hello! How long does delivery take?"),
	}
}

// everyDelivery is a message in each state that it can be in.
func everyDelivery() []api.TimelineItem {
	items := []api.TimelineItem{wrote(30*time.Minute, "Hello?")}
	for i, state := range []string{"planned", "inflight", "accepted", "sent", "delivered", "read"} {
		items = append(items, answered(time.Duration(29-i)*time.Minute, state, "A message that is "+state+".", nil))
	}
	why := func(sentence string) func(*api.TimelineMessage) {
		return func(m *api.TimelineMessage) { m.Reason = &api.Reason{Sentence: sentence} }
	}
	items = append(items,
		answered(20*time.Minute, "refused", "A message that was refused.", why("the window has closed, so only a template may be sent")),
		answered(19*time.Minute, "failed", "A message that has failed.", why("the contact cannot be written to (the provider's error 131026)")),
		answered(18*time.Minute, "unknown", "A message of which nobody knows.", func(m *api.TimelineMessage) { m.MayHaveArrived = true }),
		answered(17*time.Minute, "unknown", "A message of which nobody will know.", func(m *api.TimelineMessage) { m.MayHaveArrived, m.Final = true, true }),
		answered(16*time.Minute, "delivered", "A message that was sent twice.", func(m *api.TimelineMessage) { m.PossibleDuplicate = true }),
		answered(15*time.Minute, "sent", "", func(m *api.TimelineMessage) {
			m.Type, m.Origin, m.Category, m.Inferred = "template", sending.Origin("elsewhere"), "utility", true
		}),
		toldAt(14*time.Minute, "message", func(i *api.TimelineItem) {
			i.Message = &api.TimelineMessage{Direction: "inbound", Type: "reaction", ClockClamped: true, EntryPoint: "ad"}
		}),
		toldAt(13*time.Minute, "reminder", func(i *api.TimelineItem) {
			i.Reminder = &api.TimelineReminder{Outcome: "missed", Sentence: "the window had closed before anybody could be reminded", Deadline: storyTime}
		}),
		toldAt(12*time.Minute, "charge", func(i *api.TimelineItem) {
			i.Charge = &api.TimelineCharge{Scheme: "sirena", Kind: "template", Rule: "S2", Category: new("utility"), AmountMicros: -26600, Currency: "USD", Reverses: new(int64(1))}
		}),
	)
	slices.Reverse(items)
	return items
}
