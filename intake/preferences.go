package intake

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/whatsapp"
)

// preference is a contact's wish about marketing, expressed in the app: it concerns the business account, whichever of its
// numbers carried it, and perhaps somebody with whom there is no conversation yet.
type preference struct {
	preferenceKey
	name   string
	optIn  bool
	at     time.Time
	notice uuid.UUID // the event that says so
	path   string
}

// preferenceKey is one way in which a contact is named by a business account.
type preferenceKey struct{ waba, phone, bsuid string }

// addPreference takes in what a notice says about marketing. Other categories and values are kept as notices alone.
func (b *batch) addPreference(u whatsapp.Update, p *whatsapp.Preference, notice uuid.UUID) {
	if p.Category != "marketing_messages" || p.Value != "stop" && p.Value != "resume" {
		return
	}
	who := Identity{Phone: p.Contact.WaID, BSUID: p.Contact.BSUID, Name: p.Contact.Name}.normalised()
	if who.check() != nil {
		b.problems = append(b.problems, problem{u.Path, reasonBadIdentity})
		return
	}
	at := b.drafts[b.draftOf[notice]].OccurredAt // clamped (W3)
	b.preferences = append(b.preferences, preference{preferenceKey: preferenceKey{u.WABA, who.Phone, who.BSUID}, name: who.Name,
		optIn: p.Value == "resume", at: at, notice: notice, path: u.Path})
}

// identifyPreferences finds or makes the contacts that preferences are of, in the portfolio of the account's numbers. It
// comes first, because the order of locks puts contacts before conversations.
func (a *attempt) identifyPreferences(ctx context.Context) error {
	if len(a.b.preferences) == 0 {
		return nil
	}
	named := newAttempt(a.Store, a.q, newBatch(a.b.source, a.b.real, a.b.now), a.numbers)
	portfolios := map[string]string{}
	var wabas []string
	for _, p := range a.b.preferences {
		if _, seen := portfolios[p.waba]; !seen {
			portfolios[p.waba], wabas = "default", append(wabas, p.waba)
		}
	}
	rows, err := a.q.FindPortfolios(ctx, wabas)
	if err != nil {
		return err
	}
	for _, r := range rows {
		portfolios[r.WabaID] = r.Portfolio
	}
	for _, p := range a.b.preferences {
		named.b.people = append(named.b.people, person{personKey: personKey{phone: p.phone, bsuid: p.bsuid}, name: p.name,
			waba: p.waba, path: p.path})
	}
	a.people = map[preferenceKey]uuid.UUID{}
	named.aliases = a.aliases
	err = named.identifyAmong(ctx, portfolios)
	a.merged, a.missing = named.merged, named.missing
	if err != nil {
		return err
	}
	for i, p := range a.b.preferences {
		a.people[p.preferenceKey] = named.contacts[i]
	}
	a.problems = append(a.problems, named.problems...)
	return nil
}

// consentsOfPreferences are the wishes among the batch's preferences that are news.
func (a *attempt) consentsOfPreferences() []consent {
	var all []consent
	for _, p := range a.b.preferences {
		if a.fresh[p.notice] {
			all = append(all, consent{contact: a.people[p.preferenceKey], category: conversation.Marketing, optedIn: p.optIn,
				source: sourceApp, at: p.at})
		}
	}
	return all
}
