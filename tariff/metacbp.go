package tariff

import (
	"slices"
	"time"
)

// metaCBP is Meta's tariff per conversation as it was from November 2024 to June 2025, rules C1 to C3:
//
//	       delivered: opens                24 h                                 delivered
//	───────●────────────────────────────────────────────────────────────────────)────●──────►
//	       charged once per category       further templates of it are inside        opens the next
//
// Meta's verdicts are of another model and are not read.
type metaCBP struct{}

const metaCBP2024 = "meta-cbp-2024"

func (metaCBP) Name() string { return metaCBP2024 }

func (metaCBP) Version() int { return 1 }

// Memory is as long as a conversation or an entry point lasts.
func (metaCBP) Memory(entryPoint time.Duration) time.Duration { return max(day, entryPoint) }

func (metaCBP) rate(t *traffic, b *bill) {
	var delivered []*message
	for _, conversation := range t.conversations {
		delivered = inOrderOfDelivery(conversation, delivered[:0])
		if len(delivered) == 0 {
			continue
		}
		free := entryPointsOf(conversation, b.account.EntryPoint, (*message).deliveredAt)
		opened := map[string]time.Time{} // by category
		for _, m := range delivered {
			at := m.deliveredAt()
			if m.Type != Template || free.frees(m, at) {
				continue // C2, C3
			}
			if since, ok := opened[m.Category]; ok && dayFrom(since).contains(at) && !free.beganIn(since, at) {
				continue // C1: inside; unless C3 closed it
			}
			opened[m.Category] = at
			b.chargeFor(m, at, ConversationOpened, m.Category, "C1")
		}
	}
}

// inOrderOfDelivery lists the messages of the business that arrived.
func inOrderOfDelivery(conversation []message, list []*message) []*message {
	for i := range conversation {
		if m := &conversation[i]; len(m.deliveries) > 0 {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *message) int {
		return Position{a.deliveredAt(), a.ID}.Compare(Position{b.deliveredAt(), b.ID})
	})
	return list
}
