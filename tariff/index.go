package tariff

import "hash/maphash"

// index finds events by their ids. It is a hash table of numbers only (open addressing, at most half full): finding is one look
// into it and one comparison of ids, and the garbage collector never looks inside. With a map, keeping a million ids apart took
// half of rating's time.
type index struct {
	events []*Event // those found by put, in order
	slots  []uint64 // upper half: part of the id's hash; lower half: the event's number + 1, 0 if free
}

// seed scatters ids; results never depend on it, for ids themselves are compared.
var seed = maphash.MakeSeed()

// newIndex makes an index for at most n events that uses the given slice for those it keeps.
func newIndex(n int, keep []*Event) *index {
	size := 8
	for size < 2*n {
		size *= 2
	}
	return &index{events: keep, slots: make([]uint64, size)}
}

// find is the number of the event with that id; else -1.
func (x *index) find(id string) int32 {
	n, _, _ := x.look(id)
	return n
}

// put keeps the event and returns -1, or returns the number of the one kept before with the same id.
func (x *index) put(e *Event) int32 {
	n, slot, tag := x.look(e.ID)
	if n < 0 {
		x.events = append(x.events, e)
		x.slots[slot] = tag | uint64(len(x.events))
	}
	return n
}

func (x *index) look(id string) (n int32, slot, tag uint64) {
	hash := maphash.String(seed, id)
	tag = hash &^ (1<<32 - 1)
	mask := uint64(len(x.slots) - 1)
	for slot = hash & mask; ; slot = (slot + 1) & mask {
		found := x.slots[slot]
		if found == 0 {
			return -1, slot, tag
		}
		n = int32(uint32(found)) - 1
		if found&^(1<<32-1) == tag && x.events[n].ID == id {
			return n, slot, tag
		}
	}
}
