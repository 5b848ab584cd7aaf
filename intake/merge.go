package intake

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/workflows/contract"
)

// Two contacts that a payload proves to be one are merged (W10):
//
//	contacts        the one with the older conversation wins, the other's names move to it, merged_into names it; it gets the tags
//	                of both, and the fields, time zone and language that it has none of its own for
//	conversations   with each business number the older wins, the other becomes part of it; if there is but one, it changes hands
//	kept replies    the loser's goes back to the agent: in the winner it is offered
//	facts           of the winner: computed again from both logs
//	money           everything of the winner is billed again, as one
//	workflow        the loser's run is told; what is pending for it goes to the winner's (relay)
//
// Events stay where they are. Locks: all names of both in key order, which takes a second try if the payload did not name them
// all; contacts in id order; all conversations that the attempt will touch in id order and one statement.

// talk is a conversation of a contact that is merging.
type talk struct {
	id, number uuid.UUID
	contact    *contact
	createdAt  time.Time
}

// mergedTalk is a conversation that has become part of another.
type mergedTalk struct {
	loser, root uuid.UUID
	lastInbound time.Time // the loser's
}

// root is the contact that it has become part of in this attempt.
func (c *contact) root() *contact {
	for c != nil && c.into != nil {
		c = c.into
	}
	return c
}

// join makes two contacts one and returns it: the one with the older conversation, and never one that is not written yet.
func (k *identities) join(a, b *contact) *contact {
	if a == b {
		return a
	}
	winner, loser := a, b
	if order := cmp.Compare(truth(a.created), truth(b.created)); order > 0 || order == 0 &&
		cmp.Or(a.since.Compare(b.since), bytes.Compare(a.ID[:], b.ID[:])) > 0 {
		winner, loser = b, a
	}
	if winner.Phone == nil {
		winner.Phone = loser.Phone
	}
	if winner.BSUID == nil {
		winner.BSUID = loser.BSUID
	}
	if winner.Name == "" || loser.NameGiven && !winner.NameGiven {
		winner.Name, winner.NameGiven = loser.Name, loser.NameGiven
	}
	maps.Copy(winner.hasBSUID, trues(loser.hasBSUID))
	maps.Copy(winner.hasPhone, trues(loser.hasPhone))
	winner.touch()
	loser.into, loser.Name, loser.NameGiven, loser.Phone, loser.BSUID, loser.changed = winner, "", false, nil, nil, true
	return winner
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func trues(m map[string]bool) map[string]bool {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(_ string, has bool) bool { return !has })
	return m
}

// losers are the contacts that became part of others in this attempt, in id order; not those that were only just thought of, which
// are never written.
func (k *identities) losers() []*contact {
	var losers []*contact
	for _, c := range k.byID {
		if c.into != nil && !c.created {
			losers = append(losers, c)
		}
	}
	slices.SortFunc(losers, func(a, b *contact) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return losers
}

// findMerging has the names of the contacts that are merging moved, and lists their conversations. Names that are not locked yet
// are left to the next try: locked now, they would be out of order.
func (a *attempt) findMerging(ctx context.Context, k *identities) ([]talk, error) {
	losers := k.losers()
	if len(losers) == 0 {
		return nil, nil
	}
	var merging []uuid.UUID // with the winners
	for _, c := range losers {
		c.MergedInto = &c.root().ID
		merging = append(merging, c.ID, c.root().ID)
	}
	names, err := a.q.ListAliases(ctx, merging)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		key := aliasKey{n.Kind, n.Portfolio, n.Value}
		c := k.byID[n.ContactID]
		switch {
		case !k.locked[key]:
			a.missing = append(a.missing, key)
		case c.into != nil && k.owner[key].root() == c.root():
			k.moved = append(k.moved, alias{n.Kind, n.Portfolio, n.Value, c.root().ID})
		}
	}
	if len(a.missing) > 0 {
		return nil, errLostRace
	}
	rows, err := a.q.ListMerging(ctx, merging)
	if err != nil {
		return nil, err
	}
	var talks []talk
	for _, r := range rows {
		talks = append(talks, talk{r.ID, r.BusinessNumberID, k.byID[r.ContactID], r.CreatedAt})
	}
	slices.SortFunc(talks, func(x, y talk) int {
		return cmp.Or(x.createdAt.Compare(y.createdAt), bytes.Compare(x.id[:], y.id[:]))
	})
	return talks, nil
}

// merge makes the conversations of merged contacts those of the winners. Their contacts are written.
func (a *attempt) merge(ctx context.Context, k *identities, talks []talk) error {
	losers := k.losers()
	if len(losers) == 0 {
		return nil
	}
	rows, err := a.q.LockMerging(ctx, slices.Collect(maps.Keys(k.byID)), a.b.outboundMessages(), a.b.conversations)
	if err != nil {
		return err
	}
	lastInbound := map[uuid.UUID]time.Time{}
	for _, r := range rows {
		if r.MergedInto != nil {
			return errLostRace
		}
		if r.LastInboundAt != nil {
			lastInbound[r.ID] = r.LastInboundAt.UTC()
		}
	}
	type pair struct{ number, contact uuid.UUID }
	oldest := map[pair]uuid.UUID{}
	var lost, roots []uuid.UUID
	for _, t := range talks {
		of := pair{t.number, t.contact.root().ID}
		if root, found := oldest[of]; found {
			a.merged = append(a.merged, mergedTalk{t.id, root, lastInbound[t.id]})
			lost, roots = append(lost, t.id), append(roots, root)
		} else {
			oldest[of] = t.id
		}
	}
	if len(lost) > 0 {
		if err := a.q.MergeConversations(ctx, lost, roots); err != nil {
			return err
		}
		if err := a.q.MoveKeptReplies(ctx, a.b.now, lost, roots); err != nil {
			return err
		}
		if err := a.q.DropPlansOf(ctx, lost); err != nil {
			return err
		}
		if _, err := a.q.RefreshTemplatePending(ctx, roots); err != nil {
			return err
		}
	}
	var from, to []uuid.UUID
	for _, c := range losers {
		from, to = append(from, c.ID), append(to, c.root().ID)
		if err := a.q.MergeAttributes(ctx, c.root().ID, c.ID); err != nil {
			return err
		}
		if err := a.mergeConsent(ctx, c.root().ID, c.ID); err != nil {
			return err
		}
	}
	return a.q.MoveConversations(ctx, from, to)
}

// mergeConsent makes what the loser has allowed and forbidden the winner's: an opt-out of either beats an opt-in of the other
// (W10), and what was sent to one counts for the other's caps.
func (a *attempt) mergeConsent(ctx context.Context, winner, loser uuid.UUID) error {
	if err := a.q.LockConsents(ctx, []uuid.UUID{winner, loser}); err != nil {
		return err
	}
	if err := a.q.MergeConsents(ctx, winner, loser, a.b.now); err != nil {
		return err
	}
	if err := a.q.MergeSuppressions(ctx, winner, loser); err != nil {
		return err
	}
	return a.q.MoveSends(ctx, winner, loser)
}

// root is the conversation that a conversation is part of, as far as it has been looked up.
func (a *attempt) root(id uuid.UUID) uuid.UUID {
	if root, found := a.roots[id]; found {
		return root
	}
	return id
}

// unite begins with the facts of both where one conversation has become part of another: what the rows alone cannot tell is asked
// of both logs.
func (a *attempt) unite() {
	for _, m := range a.merged {
		f := a.locked[m.root]
		if f == nil {
			continue // another person of the batch is not known yet
		}
		f.united, f.sumOutbound = true, true
		if !m.lastInbound.IsZero() {
			f.start, _ = f.start.WithInbound(m.lastInbound)
		}
	}
}

// noteMerged tells the loser's run that it has nothing left to decide and the winner's what it has got, and has everything of the
// winner billed again.
func (a *attempt) noteMerged(ctx context.Context) error {
	if len(a.merged) == 0 {
		return nil
	}
	var notices []event
	for _, m := range a.merged {
		for _, told := range []uuid.UUID{m.loser, m.root} {
			notices = append(notices, event{ID: eventKey(m.loser[:]).id(contract.SignalMerged, told.String()), Kind: kindNotice,
				Type: contract.SignalMerged, Source: a.b.source, BusinessNumberID: a.locked[m.root].number, ConversationID: told,
				OccurredAt: a.b.now, NeedsSignal: true})
		}
		a.stale = append(a.stale, m.root)
	}
	a.toSignal = true
	_, err := a.q.StoreEvents(ctx, db.StoreEventsParams{ReceivedAt: a.b.now, RecordedAt: a.b.real, Problems: encode([]problem{}),
		Events: encode(notices), Facts: encode([]changedFacts{})})
	return err
}
