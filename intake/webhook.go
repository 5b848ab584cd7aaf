package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"reengage/conversation"
	"reengage/whatsapp"
)

// Receipt says what became of a webhook's body.
type Receipt struct {
	Updates    int // that the body held
	New        int // events stored
	Duplicates int // events known before, or twice in the body
	Problems   int // pieces that could not be understood; the bytes are kept
}

// Webhook stores a body whose signature has been verified: the bytes, whatever in them can be read, and the facts that
// follow, in one transaction. Nothing in a body makes it fail: an error means that the database did not take it, and
// that the provider must send it again. real is the time of receipt on the real clock.
func (s *Store) Webhook(ctx context.Context, body []byte, real time.Time) (Receipt, error) {
	key, err := s.eventKey(ctx)
	if err != nil {
		return Receipt{}, fmt.Errorf("store webhook: %w", err)
	}
	parsed := whatsapp.Parse(body)
	b := s.newWebhook(real, s.clock.At(real))
	b.body, b.updates = nonNil(body), len(parsed.Updates)
	for _, p := range parsed.Problems {
		b.problems = append(b.problems, problem{p.Path, string(p.Reason)})
	}
	if parsed.MoreProblems > 0 {
		b.problems = append(b.problems, problem{"", reasonMoreProblems})
	}
	for _, u := range parsed.Updates {
		b.addUpdate(key, u)
	}
	done, err := s.store(ctx, b)
	if refusesData(err) {
		return s.storeSingly(ctx, key, b, parsed)
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("store webhook: %w", err)
	}
	receipt := done.receipt()
	receipt.Problems += parsed.MoreProblems
	return receipt, nil
}

func (a *attempt) receipt() Receipt {
	stored := a.stored()
	return Receipt{Updates: a.b.updates, New: stored, Duplicates: a.b.updates - stored - a.b.dropped,
		Problems: len(a.b.problems) + len(a.problems)}
}

// stored counts the new events among those that we have been told of.
func (a *attempt) stored() (n int) {
	for _, e := range a.events {
		if a.fresh[e.ID] && !e.derived {
			n++
		}
	}
	return n
}

// SQLSTATEs that say something of the values.
const (
	notNullViolation    = "23502"
	foreignKeyViolation = "23503"
	checkViolation      = "23514"
)

// refusesData reports whether the database will refuse the same values for ever: a value out of range, a broken CHECK. Of
// what a value refers to that cannot be said: it is missing now.
func refusesData(err error) bool {
	state := sqlState(err)
	return strings.HasPrefix(state, "22") || state == notNullViolation || state == checkViolation
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

// storeSingly is for a body with something in it that the database refuses although it could be read: each update goes
// alone, so that only the refused one is lost, and at last the body with the list of what was. Until then nothing is
// acknowledged, and a repetition finds the rest as duplicates.
func (s *Store) storeSingly(ctx context.Context, key eventKey, whole *batch, parsed whatsapp.Parsed) (Receipt, error) {
	receipt := Receipt{Updates: whole.updates}
	last := s.newWebhook(whole.real, whole.now)
	last.body, last.updates, last.problems = whole.body, whole.updates, whole.problems
	for _, u := range parsed.Updates {
		b := s.newWebhook(whole.real, whole.now)
		b.updates = 1
		b.addUpdate(key, u)
		done, err := s.store(ctx, b)
		switch {
		case refusesData(err):
			last.problems = append(last.problems, problem{u.Path, reasonNotStorable})
		case err != nil:
			return Receipt{}, fmt.Errorf("store webhook: %w", err)
		default:
			receipt.New += done.stored()
			last.problems = append(last.problems, done.problems...)
		}
	}
	done, err := s.store(ctx, last)
	if err != nil {
		return Receipt{}, fmt.Errorf("store webhook: %w", err)
	}
	receipt.Problems = done.receipt().Problems
	receipt.Duplicates = receipt.Updates - receipt.New - len(last.problems) + len(whole.problems)
	return receipt, nil
}

// addUpdate turns what the provider reports into an event. Each goes by its own business number.
func (b *batch) addUpdate(key eventKey, u whatsapp.Update) {
	if u.PhoneNumberID != "" {
		b.see(u.PhoneNumberID, sighting{waba: u.WABA, display: u.DisplayNumber})
	}
	switch c := u.Content.(type) {
	case *whatsapp.Message:
		b.addMessage(key, u, c.Contact, b.inboundEvent(c), c.System, saidBy(c.Type, c.Text, c.Payload)...)
	case *whatsapp.Echo:
		b.addMessage(key, u, c.Contact, event{Kind: string(Outbound), Type: "freeform", OccurredAt: c.At, Wamid: c.ID,
			NeedsSignal: true, Content: contentOf(content{Text: c.Text, SentAs: c.Type})}, nil)
	case *whatsapp.Call:
		if !c.Inbound() {
			b.addNotice(key, u, c.At, noticeOfCall(c))
			return
		}
		b.addMessage(key, u, c.Contact, event{Kind: string(Inbound), Type: "call", OccurredAt: c.At, Wamid: c.ID,
			OpensWindow: true, NeedsSignal: true, Content: contentOf(content{Name: c.Contact.Name})}, nil)
	case *whatsapp.Status:
		b.addStatus(key, u, c)
	case *whatsapp.Preference:
		b.addPreference(u, c, b.addNotice(key, u, c.At, noticeOfPreference(c)))
	case *whatsapp.TemplateUpdate:
		b.addNotice(key, u, c.At, noticeOfTemplate(c))
		b.addTemplate(u.WABA, c)
	case *whatsapp.NumberError:
		b.addNotice(key, u, u.EntryAt, encode(fault(c.Error)))
	case *whatsapp.AccountUpdate:
		b.addNotice(key, u, c.At, canonical(c.Raw))
	case *whatsapp.Unknown:
		b.addNotice(key, u, u.EntryAt, canonical(c.Raw))
	}
}

// addMessage takes in a message, either way, to or from a contact. system says what else happened to the contact; nil: nothing.
func (b *batch) addMessage(key eventKey, u whatsapp.Update, c whatsapp.Contact, e event, system *whatsapp.System, says ...string) {
	who := Identity{Phone: c.WaID, BSUID: c.BSUID, Name: c.Name}
	if err := b.addPerson(u.PhoneNumberID, who, u.Path); err != nil {
		b.problems = append(b.problems, problem{u.Path, reasonBadIdentity})
		b.dropped++
		return
	}
	e.ID = key.message(u.PhoneNumberID, e.Wamid)
	if system != nil {
		b.link(u.PhoneNumberID, e.ID, who, system)
	}
	b.add(draft{event: e, number: u.PhoneNumberID, person: b.person(u.PhoneNumberID, who), says: says})
}

// inboundEvent is a message of the contact. One that comes with errors is not known to count (W2).
func (b *batch) inboundEvent(m *whatsapp.Message) event {
	counts := conversation.Counts(m.Type) && len(m.Errors) == 0
	e := event{Kind: string(Inbound), Type: m.Type, OccurredAt: m.At, Wamid: m.ID, OpensWindow: counts, NeedsSignal: counts}
	c := content{Text: m.Text, Name: m.Contact.Name, Username: m.Contact.Username, Subtype: m.Subtype, Payload: m.Payload,
		Answers: m.Answers, Errors: faults(m.Errors)}
	if r := m.Referral; r != nil {
		c.Referral = &referral{r.SourceType, r.SourceID, r.SourceURL, r.Headline, r.Body, r.ClickID}
		if slices.Contains(b.entryPoints, r.SourceType) {
			e.EntryPoint = r.SourceType // W8
		}
	}
	if s := m.System; s != nil {
		c.System = &system{s.NewWaID, s.NewBSUID, s.PreviousBSUID, s.Marketing}
	}
	e.Content = contentOf(c)
	return e
}

// addStatus takes in a delivery status. Its message is found by the id that it has or will have.
func (b *batch) addStatus(key eventKey, u whatsapp.Update, s *whatsapp.Status) {
	e := event{ID: key.status(s.ID, s.State, s.At), Kind: kindStatus, Type: s.State, OccurredAt: s.At,
		MessageID: key.message(u.PhoneNumberID, s.ID), Wamid: s.ID,
		Content: contentOf(content{OpaqueData: s.OpaqueData, Errors: faults(s.Errors)})}
	if id, attempt, ours := callbackOf(s.OpaqueData); ours {
		e.SendID, e.SendAttempt = id, attempt
		b.sends = append(b.sends, id)
	}
	if s.Pricing != nil {
		e.Pricing = encode(pricing(*s.Pricing))
	}
	if s.Conversation != nil {
		e.EntryPointUntil = s.Conversation.ExpiresAt
	}
	for _, err := range s.Errors {
		if code := int32(err.Code); e.ErrorCode == 0 && int(code) == err.Code {
			e.ErrorCode = code
		}
	}
	b.add(draft{event: e, number: u.PhoneNumberID, person: -1})
	b.hint(key, u, s)
}

// pricing is the provider's verdict as it is kept, under the names that rating reads: the provider's pricing_model is model.
type pricing struct {
	Billable bool   `json:"billable"`
	Model    string `json:"model,omitempty"`
	Type     string `json:"type,omitempty"`
	Category string `json:"category,omitempty"`
}

func faults(errs []whatsapp.Error) []fault {
	var out []fault
	for _, e := range errs {
		out = append(out, fault{e.Code, e.Title, e.Message, e.Details})
	}
	return out
}
