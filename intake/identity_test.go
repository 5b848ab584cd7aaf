package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/intake"
)

const (
	first  = "GB.1111"
	second = "GB.2222"
)

// from is a text of whoever is named.
func from(id, phone, bsuid string) object {
	m := text(id, receivedAt.Add(-time.Hour), phone)
	m["from_user_id"] = bsuid
	return m
}

func people(t *testing.T, s *intake.Store, pairs ...[2]string) []uuid.UUID {
	t.Helper()
	var ids []uuid.UUID
	for _, p := range pairs {
		id, err := s.Resolve(t.Context(), receivedAt, shop, intake.Identity{Phone: p[0], BSUID: p[1]})
		require.NoError(t, err)
		ids = append(ids, id)
	}
	return ids
}

func TestResolveFindsWhatItHasMade(t *testing.T) {
	s, pool := newStore(t)
	id, err := s.Resolve(t.Context(), receivedAt, shop, intake.Identity{Phone: "+44 7700 900-101", Name: "Ada"})
	require.NoError(t, err)
	again, err := s.Resolve(t.Context(), receivedAt, shop, intake.Identity{Phone: ada})
	require.NoError(t, err)
	require.Equal(t, id, again)
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM conversations"))
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	require.Equal(t, id, value[uuid.UUID](t, pool, "SELECT conversation_id FROM events"))
	require.Equal(t, "Ada 447700900101 GB", value[string](t, pool, "SELECT name || ' ' || phone || ' ' || market FROM contacts"))

	for name, who := range map[string]intake.Identity{"nobody": {Name: "Ada"}, "a phone of three digits": {Phone: "110"}} {
		_, err = s.Resolve(t.Context(), receivedAt, shop, who)
		require.ErrorIs(t, err, intake.ErrInvalid, name)
	}
	_, err = s.Resolve(t.Context(), receivedAt, "", intake.Identity{Phone: ada})
	require.ErrorIs(t, err, intake.ErrInvalid)
}

func TestANameThatIsTooLongIsCut(t *testing.T) {
	s, pool := newStore(t)
	for _, tt := range []struct{ name, want string }{
		{strings.Repeat("é", 512), strings.Repeat("é", 512)},
		{strings.Repeat("ü", 513), strings.Repeat("ü", 512)},
		{strings.Repeat("a", 511) + " Example", strings.Repeat("a", 511)},
		{strings.Repeat("🙂", 100_000), strings.Repeat("🙂", 512)},
	} {
		for range 2 {
			_, err := s.Resolve(t.Context(), receivedAt, shop, intake.Identity{Phone: ada, Name: tt.name})
			require.NoError(t, err)
			require.Equal(t, tt.want, value[string](t, pool, "SELECT name FROM contacts"))
		}
	}
}

func TestAKnownPhoneGainsItsFirstBSUIDInTheMiddleOfAWindow(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt.Add(-2*time.Hour), ada)}, nil))
	deliver(t, s, webhook(shop, []object{from("wamid.2", ada, first)}, nil))
	deliver(t, s, webhook(shop, []object{from("wamid.3", "", first)}, nil))
	require.Equal(t, 1, count(t, pool, "conversations"))
	require.Equal(t, 3, value[int](t, pool, "SELECT count(conversation_id)::int FROM events"))
	f := theFacts(t, pool)
	require.Equal(t, receivedAt.Add(-2*time.Hour), f.OpenedAt)
	require.Equal(t, receivedAt.Add(23*time.Hour), f.ExpiresAt)
	require.Equal(t, first, value[string](t, pool, "SELECT bsuid FROM contacts"))
}

func TestAContactKnownByItsBSUIDGainsAPhone(t *testing.T) {
	s, pool := newStore(t)
	ids := people(t, s, [2]string{"", first}, [2]string{ada, first}, [2]string{ada, ""})
	require.Equal(t, []uuid.UUID{ids[0], ids[0], ids[0]}, ids)
	require.Equal(t, ada, value[string](t, pool, "SELECT phone FROM contacts"))
}

func TestARecycledPhoneMovesToANewContactWithoutHistory(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{from("wamid.1", ada, first)}, nil))
	deliver(t, s, webhook(shop, []object{from("wamid.2", ada, second)}, nil))
	ids := people(t, s, [2]string{"", first}, [2]string{ada, second}, [2]string{ada, ""}, [2]string{"", second})
	require.NotEqual(t, ids[0], ids[1])
	require.Equal(t, []uuid.UUID{ids[1], ids[1]}, ids[2:])
	require.Nil(t, value[*string](t, pool, "SELECT phone FROM contacts WHERE bsuid = $1", first))
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id = $1", ids[1]))
}

func TestTwoContactsAreNotJoinedWithoutProof(t *testing.T) {
	s, pool := newStore(t)
	ids := people(t, s, [2]string{ada, ""}, [2]string{"447700900102", first}, [2]string{"447700900103", second}, [2]string{"", "GB.3333"})
	for i, c := range []struct {
		phone, bsuid string
		is           uuid.UUID
	}{
		{ada, first, ids[1]},                // the bsuid's contact has a phone
		{"447700900103", "GB.3333", ids[3]}, // the phone's contact has a bsuid
		{"447700900103", first, ids[1]},     // both
	} {
		receipt := deliver(t, s, webhook(shop, []object{from(fmt.Sprintf("wamid.%d", i), c.phone, c.bsuid)}, nil))
		require.Equal(t, 1, receipt.Problems)
		require.Equal(t, "entry[0].changes[0].value.messages[0] identity_conflict",
			value[string](t, pool, "SELECT path || ' ' || reason FROM intake_problems ORDER BY raw_body_id DESC LIMIT 1"))
		require.Equal(t, c.is, value[uuid.UUID](t, pool, "SELECT conversation_id FROM events WHERE wamid = $1", fmt.Sprintf("wamid.%d", i)),
			"the bsuid counts")
	}
	require.Equal(t, ids, people(t, s, [2]string{ada, ""}, [2]string{"", first}, [2]string{"", second}, [2]string{"", "GB.3333"}),
		"all stay who they were")
}

func TestAMergedContactIsReadAsTheOneItBecamePartOf(t *testing.T) {
	s, pool := newStore(t)
	ids := people(t, s, [2]string{ada, ""}, [2]string{"", first}, [2]string{"", second})
	merge := func(from, into uuid.UUID) {
		_, err := pool.Exec(t.Context(), `UPDATE contacts SET merged_into = (SELECT contact_id FROM conversations WHERE id = $2)
			WHERE id = (SELECT contact_id FROM conversations WHERE id = $1)`, from, into)
		require.NoError(t, err)
	}
	merge(ids[0], ids[1])
	merge(ids[1], ids[2])
	require.Equal(t, []uuid.UUID{ids[2], ids[2]}, people(t, s, [2]string{ada, ""}, [2]string{"", first}))
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	require.Equal(t, ids[2], value[uuid.UUID](t, pool, "SELECT conversation_id FROM events"))
}

func TestTwoNumbersOfOneBusinessShareTheContactAndNotTheConversation(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, bodyOf(change(shop, []object{text("wamid.1", receivedAt, ada)}, nil),
		change(branch, []object{text("wamid.1", receivedAt, ada)}, nil)))
	require.Equal(t, []int{1, 2, 2}, []int{count(t, pool, "contacts"), count(t, pool, "conversations"), count(t, pool, "events")})
}

func TestNumbersOfDifferentPortfoliosDoNotShareAContact(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{from("wamid.1", ada, first)}, nil))
	_, err := pool.Exec(t.Context(), "UPDATE business_numbers SET portfolio = 'another'")
	require.NoError(t, err)
	deliver(t, s, webhook(branch, []object{from("wamid.2", ada, first)}, nil))
	require.Equal(t, 1, count(t, pool, "contacts"), "the branch is in the default portfolio")
	deliver(t, s, webhook(shop, []object{from("wamid.3", ada, first)}, nil))
	require.Equal(t, 2, count(t, pool, "contacts"), "a number that has changed its portfolio is believed at once")
}

func TestTheLatestNameThatIsStatedIsKept(t *testing.T) {
	s, pool := newStore(t)
	named := func(id, name string) {
		contact := object{"wa_id": ada, "profile": object{"name": name}}
		deliver(t, s, webhook(shop, []object{text(id, receivedAt, ada)}, nil, contact))
	}
	named("wamid.1", "Ada")
	named("wamid.2", "Ada Muster")
	named("wamid.3", "")
	require.Equal(t, "Ada Muster", value[string](t, pool, "SELECT name FROM contacts"))
}

func TestAnUnusableContactCostsItsOwnMessageAlone(t *testing.T) {
	s, pool := newStore(t)
	receipt := deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada), text("wamid.2", receivedAt, "110"),
		text("wamid.3", receivedAt, ada)}, nil))
	require.Equal(t, intake.Receipt{Updates: 3, New: 2, Problems: 1}, receipt)
	require.Equal(t, "entry[0].changes[0].value.messages[1] bad_identity",
		value[string](t, pool, "SELECT path || ' ' || reason FROM intake_problems"))
}

func TestANumberIsRegisteredOnceAndLearnsWhatItLacks(t *testing.T) {
	s, pool := newStore(t)
	people(t, s, [2]string{ada, ""})
	known := "SELECT concat_ws(' ', phone_number_id, display, waba_id, configured) FROM business_numbers"
	require.Equal(t, shop+"   f", value[string](t, pool, known))
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	require.Equal(t, shop+" 15550100001 102290000000001 f", value[string](t, pool, known))
	_, err := pool.Exec(t.Context(), "UPDATE business_numbers SET display = 'The shop', configured = true")
	require.NoError(t, err)
	deliver(t, open(pool), webhook(shop, []object{text("wamid.2", receivedAt, ada)}, nil))
	require.Equal(t, shop+" The shop 102290000000001 t", value[string](t, pool, known), "what people have set stays")
}
