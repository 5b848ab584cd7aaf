package intake

import (
	"context"
	"time"

	"github.com/google/uuid"

	"reengage/db"
)

// alias is one name of a contact, within the portfolio of business numbers in which it holds (W10).
type alias struct {
	Kind      string    `json:"kind"`
	Portfolio string    `json:"portfolio"`
	Value     string    `json:"value"`
	ContactID uuid.UUID `json:"contact_id"`
}

type aliasKey struct{ kind, portfolio, value string }

// The kinds of aliases.
const (
	waID  = "wa_id"
	bsuid = "bsuid"
)

// contact is a row of contacts on its way there.
type contact struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	NameGiven  bool       `json:"name_given"` // by the business: a profile name does not replace it
	Phone      *string    `json:"phone"`
	BSUID      *string    `json:"bsuid"`
	Market     string     `json:"market"`
	MergedInto *uuid.UUID `json:"merged_into"`
	CreatedAt  time.Time  `json:"created_at"`

	changed            bool
	created            bool            // by this attempt
	since              time.Time       // of its oldest conversation
	hasBSUID, hasPhone map[string]bool // by portfolio
	into               *contact        // the one that it has become part of in this attempt
}

// identities is what the slow path knows: whom the aliases in question belong to, and what is to become of them.
type identities struct {
	now     time.Time
	owner   map[aliasKey]*contact
	byID    map[uuid.UUID]*contact
	claimed []alias
	moved   []alias
	locked  map[aliasKey]bool
}

// identify finds or makes the contacts of all the batch's people, and their conversations. It is the slow path: taken
// when somebody is new, or is named in a new way.
func (a *attempt) identify(ctx context.Context) error {
	portfolios, err := a.portfolios(ctx)
	if err != nil {
		return err
	}
	return a.identifyAmong(ctx, portfolios)
}

// identifyAmong identifies within these portfolios, by number or business account.
func (a *attempt) identifyAmong(ctx context.Context, portfolios map[string]string) error {
	known, err := a.readIdentities(ctx, portfolios)
	if err != nil {
		return err
	}
	if err := a.followLinks(ctx, known, portfolios); err != nil {
		return err
	}
	found := make([]*contact, len(a.b.people))
	for i, p := range a.b.people {
		c, conflict := known.resolve(p, portfolios[p.place()])
		if conflict {
			a.problems = append(a.problems, problem{p.path, reasonIdentityConflict})
		}
		found[i] = c
	}
	a.contacts = make([]uuid.UUID, len(found))
	for i, c := range found { // a later one may have joined an earlier one with somebody
		a.contacts[i] = c.root().ID
	}
	return a.writeIdentities(ctx, known)
}

func (a *attempt) portfolios(ctx context.Context) (map[string]string, error) {
	var ids []string
	for id := range a.b.numbers {
		ids = append(ids, id)
	}
	rows, err := a.q.FindNumbers(ctx, ids)
	if err != nil {
		return nil, err
	}
	portfolios := map[string]string{}
	for _, r := range rows {
		portfolios[r.PhoneNumberID] = r.Portfolio
	}
	return portfolios, nil
}

// readIdentities locks, then reads, whatever the people's names belong to.
func (a *attempt) readIdentities(ctx context.Context, portfolios map[string]string) (*identities, error) {
	keys := a.aliases
	for _, p := range a.b.people {
		keys = append(keys, p.aliases(portfolios[p.place()])...)
	}
	for _, l := range a.b.links {
		keys = append(keys, l.aliases(portfolios[l.number])...)
	}
	var kinds, scopes, values []string
	locked := map[aliasKey]bool{}
	for _, k := range keys {
		locked[k] = true
		kinds, scopes, values = append(kinds, k.kind), append(scopes, k.portfolio), append(values, k.value)
	}
	owners, err := a.q.LockAliases(ctx, kinds, scopes, values)
	if err != nil {
		return nil, err
	}
	known := &identities{now: a.b.now, owner: map[aliasKey]*contact{}, byID: map[uuid.UUID]*contact{}, locked: locked}
	if len(owners) == 0 {
		return known, nil
	}
	if err := a.q.LockContacts(ctx, owners); err != nil {
		return nil, err
	}
	rows, err := a.q.FindAliases(ctx, kinds, scopes, values)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		c := known.byID[r.Contact.ID]
		if c == nil {
			c = contactOf(r.Contact)
			known.byID[c.ID] = c
		}
		c.since, c.hasBSUID[r.Portfolio], c.hasPhone[r.Portfolio] = r.Since, r.HasBsuid, r.HasPhone
		known.owner[aliasKey{r.Kind, r.Portfolio, r.Value}] = c
	}
	return known, nil
}

func contactOf(c db.Contact) *contact {
	return &contact{ID: c.ID, Name: c.Name, NameGiven: c.NameGiven, Phone: c.Phone, BSUID: c.Bsuid, Market: c.Market, CreatedAt: c.CreatedAt,
		hasBSUID: map[string]bool{}, hasPhone: map[string]bool{}}
}

// place is where the person's names hold: at a business number, or at an account.
func (p person) place() string {
	if p.number != "" {
		return p.number
	}
	return p.waba
}

// aliases are the names that the person goes by here.
func (p person) aliases(portfolio string) []aliasKey {
	var keys []aliasKey
	if p.phone != "" {
		keys = append(keys, aliasKey{waID, portfolio, p.phone})
	}
	if p.bsuid != "" {
		keys = append(keys, aliasKey{bsuid, portfolio, p.bsuid})
	}
	return keys
}

// resolve decides who a person is (W10). Phone and bsuid may belong to two contacts: if the phone's has no bsuid and the bsuid's no
// phone, they are one, as they are named as one. Else it is a conflict: the bsuid counts and the phone stays where it is.
func (k *identities) resolve(p person, portfolio string) (c *contact, conflict bool) {
	phone := aliasKey{waID, portfolio, p.phone}
	scoped := aliasKey{bsuid, portfolio, p.bsuid}
	byPhone, byBSUID := k.owner[phone].root(), k.owner[scoped].root()
	switch {
	case p.bsuid == "" && byPhone != nil:
		c = byPhone
	case p.phone == "" && byBSUID != nil:
		c = byBSUID
	case byPhone != nil && byBSUID != nil && byPhone != byBSUID && !byPhone.hasBSUID[portfolio] && !byBSUID.hasPhone[portfolio]:
		c = k.join(byPhone, byBSUID)
	case byPhone != nil && byBSUID != nil:
		c, conflict = byBSUID, byPhone != byBSUID
	case byBSUID != nil:
		c = byBSUID
		k.claim(phone, c)
	case byPhone != nil && !byPhone.hasBSUID[portfolio]:
		c = byPhone
		k.claim(scoped, c)
	case byPhone != nil: // a recycled number: somebody else has it now
		c = k.create()
		k.move(phone, c)
		k.claim(scoped, c)
	default:
		c = k.create()
		if p.phone != "" {
			k.claim(phone, c)
		}
		if p.bsuid != "" {
			k.claim(scoped, c)
		}
	}
	if p.name != "" && p.name != c.Name && !c.NameGiven {
		c.Name, c.changed = p.name, true
	}
	return c, conflict
}

func (k *identities) create() *contact {
	c := &contact{ID: uuid.New(), CreatedAt: k.now, created: true, since: k.now, hasBSUID: map[string]bool{}, hasPhone: map[string]bool{}}
	k.byID[c.ID] = c
	return c
}

// claim gives a contact a name that nobody has.
func (k *identities) claim(key aliasKey, c *contact) {
	k.claimed = append(k.claimed, alias{key.kind, key.portfolio, key.value, c.ID})
	k.take(key, c)
}

// move gives a contact a phone that another one had.
func (k *identities) move(key aliasKey, c *contact) {
	if from := k.owner[key].root(); from.Phone != nil && *from.Phone == key.value && from.BSUID != nil {
		from.Phone = nil
		from.touch()
	}
	k.moved = append(k.moved, alias{key.kind, key.portfolio, key.value, c.ID})
	k.take(key, c)
}

func (k *identities) take(key aliasKey, c *contact) {
	k.owner[key] = c
	value := key.value
	if key.kind == bsuid {
		c.BSUID, c.hasBSUID[key.portfolio] = &value, true
	} else {
		c.Phone, c.hasPhone[key.portfolio] = &value, true
	}
	c.touch()
}

func (c *contact) touch() {
	c.changed, c.Market = true, Market(orEmpty(c.Phone), orEmpty(c.BSUID))
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// writeIdentities writes what has been decided, and makes the conversations that do not exist yet. A name is claimed
// before its contact is written: if somebody else has claimed it at the same moment, we have waited for them and begin
// again, and find their contact.
func (a *attempt) writeIdentities(ctx context.Context, k *identities) error {
	talks, err := a.findMerging(ctx, k)
	if err != nil {
		return err
	}
	for i := range k.moved {
		k.moved[i].ContactID = k.byID[k.moved[i].ContactID].root().ID
	}
	if len(k.moved) > 0 {
		if err := a.q.MoveAliases(ctx, encode(k.moved)); err != nil { // they have been locked, so the order is kept
			return err
		}
	}
	changed := []*contact{}
	for _, c := range k.byID {
		if c.changed && !(c.created && c.into != nil) {
			changed = append(changed, c)
		}
	}
	for i := range k.claimed {
		k.claimed[i].ContactID = k.byID[k.claimed[i].ContactID].root().ID
	}
	claimed, err := a.q.SaveContacts(ctx, db.SaveContactsParams{Aliases: encode(nonNil(k.claimed)), Contacts: encode(changed),
		Conversations: encode(a.newConversations(talks)), Now: a.b.now})
	if err == nil && int(claimed) < len(k.claimed) {
		return errLostRace
	}
	if err != nil {
		return err
	}
	return a.merge(ctx, k, talks)
}

// newConversation is a row of conversations that may have to be made.
type newConversation struct {
	ID               uuid.UUID `json:"id"`
	BusinessNumberID uuid.UUID `json:"business_number_id"`
	ContactID        uuid.UUID `json:"contact_id"`
}

// newConversations are those of the batch's people, of which some may exist. Those of contacts that are merging are still under
// other names.
func (a *attempt) newConversations(merging []talk) []newConversation {
	rows := []newConversation{}
	type key struct{ number, contact uuid.UUID }
	seen := map[key]bool{}
	for _, t := range merging {
		seen[key{t.number, t.contact.root().ID}] = true
	}
	for i, p := range a.b.people {
		if p.number == "" { // known to the business account, to none of its numbers
			continue
		}
		k := key{a.numbers[p.number].id, a.contacts[i]}
		if !seen[k] {
			seen[k] = true
			rows = append(rows, newConversation{uuid.New(), k.number, k.contact})
		}
	}
	return rows
}
