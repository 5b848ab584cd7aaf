package workflows

import (
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/workflows/contract"
)

// outside queues messages that were signalled from outside until they are stored. They are stored a bounded number at a
// time, one activity after the other: a payload has a limit, and who signals does not.
type outside struct {
	waiting contract.Messages
	storing bool
	// consents counts what is being stored about consent: until it is, nothing is sent.
	consents int
}

// maxCarried is how much of the queue continue-as-new takes along; with more, the run goes on storing first.
const maxCarried = 1 << 20

func (o *outside) add(m contract.Messages) {
	o.waiting.Inbound = append(o.waiting.Inbound, m.Inbound...)
	o.waiting.Outbound = append(o.waiting.Outbound, m.Outbound...)
}

func (o *outside) empty() bool { return o.waiting.Empty() && !o.storing }

func (o *outside) tooMuchToCarry() bool {
	bytes := 0
	for _, m := range o.waiting.Inbound {
		bytes += sizeOf(m)
	}
	return bytes+len(o.waiting.Outbound)*sizeOf(contract.InboundMessage{}) > maxCarried
}

// next takes as much from the queue as one activity may be given, at least one message.
func (o *outside) next() contract.Messages {
	n, bytes := 0, 0
	for n < len(o.waiting.Inbound) && n < contract.MaxSignalMessages {
		if bytes += sizeOf(o.waiting.Inbound[n]); n > 0 && bytes > contract.MaxSignalBytes {
			break
		}
		n++
	}
	taken := contract.Messages{Inbound: o.waiting.Inbound[:n:n]}
	o.waiting.Inbound = o.waiting.Inbound[n:]
	if len(o.waiting.Inbound) > 0 {
		return taken
	}
	n = min(len(o.waiting.Outbound), contract.MaxSignalMessages-n)
	taken.Outbound = o.waiting.Outbound[:n:n]
	o.waiting.Outbound = o.waiting.Outbound[n:]
	return taken
}

// sizeOf is about what a message takes as JSON: its texts, and its names and times. Escaping can make it six times that,
// which the payload limit has room for.
func sizeOf(m contract.InboundMessage) int {
	return 256 + len(m.ID) + len(m.Type) + len(m.Text) + len(m.EntryPoint)
}

// recordConsent stores what was signalled from outside about consent. It has been decided on: an opt-out waits for nothing. But
// attempts wait for it, because what puts a send in flight knows only what is stored.
func (r *conversationRun) recordConsent(ctx workflow.Context, changes []contract.ConsentChanged) {
	if len(changes) == 0 {
		return
	}
	request := activities.ConsentRequest{ConversationID: r.id, Changes: changes}
	r.outside.consents++
	r.start(ctx, "record consent", acts.RecordConsent, request, func(f workflow.Future) {
		r.outside.consents--
		defer r.sendNext(ctx)
		if err := f.Get(ctx, nil); err != nil {
			r.note("consent could not be recorded: " + sentence(err))
		}
	})
}

// record stores the next messages from outside, and then hands them to the loop.
func (r *conversationRun) record(ctx workflow.Context) {
	if r.outside.storing || r.outside.waiting.Empty() {
		return
	}
	r.outside.storing = true
	request := activities.RecordRequest{ConversationID: r.id, Messages: r.outside.next()}
	r.start(ctx, "record messages", acts.RecordMessages, request, func(f workflow.Future) {
		r.outside.storing = false
		var result activities.RecordResult
		if err := f.Get(ctx, &result); err != nil {
			r.inbox.arrived.rejected = append(r.inbox.arrived.rejected, "messages could not be stored: "+sentence(err))
			return
		}
		r.inbox.arrived.rejected = append(r.inbox.arrived.rejected, result.Rejected...)
		for _, m := range result.Inbound {
			r.inbox.arrived.events = append(r.inbox.arrived.events, inboundEvent(m))
		}
		for _, m := range result.Outbound {
			r.inbox.arrived.events = append(r.inbox.arrived.events, outboundEvent(m))
		}
	})
}
