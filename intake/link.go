package intake

import (
	"context"

	"github.com/google/uuid"

	"reengage/whatsapp"
)

// link is what a system message says: that whoever went by the old names goes by the new ones now (W10).
type link struct {
	number   string
	event    uuid.UUID
	old, now personKey
}

// link notes a change of names. Whom the message comes from is who the contact was before it.
func (b *batch) link(number string, event uuid.UUID, from Identity, s *whatsapp.System) {
	if s.PreviousBSUID != "" {
		from.BSUID = s.PreviousBSUID
	}
	from = from.normalised()
	to := Identity{Phone: s.NewWaID, BSUID: s.NewBSUID}.normalised()
	if from.check() != nil || to.check() != nil || from.Phone == to.Phone && from.BSUID == to.BSUID {
		return
	}
	b.links = append(b.links, link{number, event, personKey{number, from.Phone, from.BSUID}, personKey{number, to.Phone, to.BSUID}})
}

func (l link) aliases(portfolio string) []aliasKey {
	return append(person{personKey: l.old}.aliases(portfolio), person{personKey: l.now}.aliases(portfolio)...)
}

// followLinks applies what system messages say, unless they have been stored before: a provider repeats itself for days, in which
// a number may have got another owner.
func (a *attempt) followLinks(ctx context.Context, k *identities, portfolios map[string]string) error {
	if len(a.b.links) == 0 {
		return nil
	}
	var events []uuid.UUID
	for _, l := range a.b.links {
		events = append(events, l.event)
	}
	rows, err := a.q.FindEvents(ctx, events)
	if err != nil {
		return err
	}
	stored := map[uuid.UUID]bool{}
	for _, r := range rows {
		stored[r.ID] = true
	}
	for _, l := range a.b.links {
		if !stored[l.event] {
			k.link(l, portfolios[l.number])
		}
	}
	return nil
}

// link gives the new names to whoever had the old ones, and joins the two if somebody has been met under the new names already.
// The old names stay: messages from before the change may still be on their way. A new phone under another bsuid than ours is a
// recycled number: only the phone moves.
func (k *identities) link(l link, portfolio string) {
	phone, scoped := aliasKey{waID, portfolio, l.now.phone}, aliasKey{bsuid, portfolio, l.now.bsuid}
	c, _ := k.resolve(person{personKey: l.old}, portfolio)
	if l.now.bsuid != "" {
		if other := k.owner[scoped].root(); other == nil {
			k.claim(scoped, c)
		} else {
			c = k.join(c, other)
		}
		c.BSUID = &scoped.value
	}
	if l.now.phone != "" {
		switch other := k.owner[phone].root(); {
		case other == nil:
			k.claim(phone, c)
		case other != c && other.hasBSUID[portfolio] && c.hasBSUID[portfolio]:
			k.move(phone, c)
		default:
			c = k.join(c, other)
		}
		c.Phone = &phone.value
	}
	c.touch()
}
