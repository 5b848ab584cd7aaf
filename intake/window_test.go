package intake_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/conversation"
	"reengage/intake"
)

func TestAMessage30HoursLateIsKeptAndOpensNothing(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt.Add(-30*time.Hour), ada)}, nil))
	require.False(t, theFacts(t, pool).WindowOpen(receivedAt))
	require.Equal(t, conversation.Expired, conversation.Status(theFacts(t, pool), receivedAt))
	require.Equal(t, 1, count(t, pool, "events"))
	require.Equal(t, 1, count(t, pool, "dirty_conversations"), "it is rated")
}

func TestATimeInTheFutureIsReplacedByTheReceiptBeyond60Seconds(t *testing.T) {
	for ahead, clamped := range map[time.Duration]bool{60 * time.Second: false, 61 * time.Second: true, 5 * time.Minute: true} {
		s, pool := newStore(t)
		at := receivedAt.Add(ahead)
		deliver(t, s, webhook(shop, []object{text("wamid.1", at, ada)}, nil))
		// A copy that comes when the time is no longer in the future does not change it.
		_, err := s.Webhook(t.Context(), webhook(shop, []object{text("wamid.1", at, ada)}, nil), receivedAt.Add(time.Hour))
		require.NoError(t, err)
		want := at
		if clamped {
			want = receivedAt
		}
		require.Equal(t, want, theFacts(t, pool).LastInboundAt, ahead)
		require.Equal(t, clamped, value[bool](t, pool, "SELECT clock_clamped FROM events"), ahead)
	}
}

func TestWhatDoesNotCountOpensNothingAndWakesNobody(t *testing.T) {
	s, pool := newStore(t)
	refused := text("wamid.1", receivedAt, ada)
	refused["errors"] = []object{{"code": 131051}}
	reaction := object{"id": "wamid.2", "timestamp": stamp(receivedAt), "type": "reaction", "from": ada, "reaction": object{"emoji": "🙂"}}
	deliver(t, s, webhook(shop, []object{refused, reaction}, nil))
	require.Equal(t, conversation.Facts{}, theFacts(t, pool))
	require.Equal(t, []int{2, 0, 1}, []int{count(t, pool, "events"), count(t, pool, "relay_lease"), count(t, pool, "dirty_conversations")})
}

func TestFactsAreOnTheVirtualClockAndMarksOnTheRealOne(t *testing.T) {
	_, pool := newStore(t)
	anchor := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	s := intake.New(pool, clock.Clock{Anchor: anchor, Wall: receivedAt, Scale: 1440}, slog.New(slog.DiscardHandler))
	deliver(t, s, webhook(shop, []object{text("wamid.1", anchor.Add(time.Hour), ada)}, nil))
	require.Equal(t, anchor, theFacts(t, pool).LastInboundAt, "an hour ahead of the virtual receipt")
	require.Equal(t, anchor, value[time.Time](t, pool, "SELECT received_at FROM raw_bodies").UTC())
	require.Equal(t, receivedAt, value[time.Time](t, pool, "SELECT marked_at FROM dirty_conversations").UTC())
	require.Equal(t, receivedAt, value[time.Time](t, pool, "SELECT pending_since FROM relay_lease").UTC())
}

func TestAMarkNamesTheTimeFromTheEarliestToTheLatestEventNotBilled(t *testing.T) {
	s, pool := newStore(t)
	at := func(hours int) object {
		return text(fmt.Sprint("wamid.", hours), receivedAt.Add(time.Duration(hours)*time.Hour), ada)
	}
	for _, body := range [][]object{{at(-3), at(-5)}, {at(-4)}, {at(-9), at(-1)}} {
		deliver(t, s, webhook(shop, body, nil))
	}
	require.Equal(t, receivedAt.Add(-9*time.Hour), value[time.Time](t, pool, "SELECT since FROM dirty_conversations").UTC())
	require.Equal(t, receivedAt.Add(-time.Hour), value[time.Time](t, pool, "SELECT until FROM dirty_conversations").UTC())
}

func TestMessagesSaysWhatBecameOfEach(t *testing.T) {
	s, _ := newStore(t)
	one := intake.Message{Kind: intake.Inbound, PhoneNumberID: shop, Who: intake.Identity{Phone: "+" + ada}, ID: "a", Type: "text",
		OccurredAt: receivedAt.Add(time.Hour)}
	reaction := one
	reaction.ID, reaction.Type = "b", "reaction"
	stored := report(t, s, one, reaction, one)
	require.Equal(t, intake.Stored{EventID: stored[0].EventID, ConversationID: stored[0].ConversationID, New: true,
		OccurredAt: receivedAt, ReceivedAt: receivedAt, Type: "text"}, stored[0])
	require.Equal(t, []bool{true, true, false}, []bool{stored[0].New, stored[1].New, stored[2].New})
	require.Equal(t, "reaction", stored[1].Type)
	require.EqualValues(t, 8, stored[0].EventID.Version())

	one.OccurredAt = receivedAt.Add(-time.Hour)
	again, err := s.Messages(t.Context(), intake.FromAPI, receivedAt.Add(time.Hour), []intake.Message{one})
	require.NoError(t, err)
	want := stored[0]
	want.New = false
	require.Equal(t, []intake.Stored{want}, again, "as the first copy fixed it")
}

func TestAMessageByTheWebhookAndByTheAPIIsOne(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	stored := report(t, s, intake.Message{Kind: intake.Inbound, PhoneNumberID: shop, Who: intake.Identity{Phone: ada}, ID: "wamid.1",
		Type: "text", OccurredAt: receivedAt})
	require.False(t, stored[0].New)
	require.Equal(t, value[uuid.UUID](t, pool, "SELECT id FROM events"), stored[0].EventID)
}

func TestAMessageSignalledToTheWorkflowIsStoredAsSignalled(t *testing.T) {
	s, pool := newStore(t)
	id := people(t, s, [2]string{ada, ""})[0]
	m := intake.Message{Kind: intake.Inbound, ConversationID: id, ID: "from-elsewhere", Type: "text", OccurredAt: receivedAt}
	stored, err := s.Messages(t.Context(), intake.FromSignal, receivedAt, []intake.Message{m})
	require.NoError(t, err)
	require.Equal(t, id, stored[0].ConversationID)
	require.Equal(t, 1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE signalled_at IS NOT NULL AND market = 'GB'"))
	require.Zero(t, count(t, pool, "relay_lease"))
	require.True(t, theFacts(t, pool).WindowOpen(receivedAt))

	m.ConversationID = uuid.New()
	_, err = s.Messages(t.Context(), intake.FromSignal, receivedAt, []intake.Message{m})
	require.ErrorIs(t, err, intake.ErrUnknownConversation)
}

func TestAnInvalidMessageIsNamedAndNothingIsStored(t *testing.T) {
	s, pool := newStore(t)
	good := outbound("wamid.1", "template", receivedAt)
	for name, spoil := range map[string]func(*intake.Message){
		"kind": func(m *intake.Message) { m.Kind = "" }, "id": func(m *intake.Message) { m.ID = "" },
		"time": func(m *intake.Message) { m.OccurredAt = time.Time{} }, "type": func(m *intake.Message) { m.Type = "text" },
		"contact": func(m *intake.Message) { m.Who = intake.Identity{} }, "number": func(m *intake.Message) { m.PhoneNumberID = "" },
	} {
		bad := good
		spoil(&bad)
		_, err := s.Messages(t.Context(), intake.FromAPI, receivedAt, []intake.Message{good, bad})
		require.ErrorIs(t, err, intake.ErrInvalid, name)
		require.ErrorContains(t, err, "message 1", name)
	}
	require.Zero(t, count(t, pool, "events"))
}

func TestTextsThatPostgresDoesNotTakeAreMended(t *testing.T) {
	s, pool := newStore(t)
	report(t, s, intake.Message{Kind: intake.Inbound, PhoneNumberID: shop, Who: intake.Identity{Phone: ada, Name: "A\x00\xff"}, ID: "a\x00",
		Type: "text", Text: "b\x00\xff", OccurredAt: receivedAt})
	require.Equal(t, "b\uFFFD\uFFFD", value[string](t, pool, "SELECT content->>'text' FROM events"))
}

// JSON of which nothing is known may hold what jsonb refuses; it must not keep its neighbours out for days.
func TestUnknownContentThatPostgresWouldRefuseCostsNothing(t *testing.T) {
	s, pool := newStore(t)
	body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[
		{"field":"holograms","value":{"n":1e999999,"m":-1e-999999,"t":"\u0000\ud800","\u0000":1}},
		{"field":"messages","value":{"metadata":{"phone_number_id":%q},"messages":[{"id":"wamid.1","from":%q,"timestamp":"1790000001","type":"text"}]}}]}]}`, shop, ada)
	require.Equal(t, intake.Receipt{Updates: 2, New: 2}, deliver(t, s, []byte(body)))
	require.Equal(t, 2, count(t, pool, "events"))
}

// Even something that the database refuses for a reason we have not thought of costs no neighbour.
func TestAnUpdateThatTheDatabaseRefusesCostsNoNeighbour(t *testing.T) {
	s, pool := newStore(t)
	_, err := pool.Exec(t.Context(), "ALTER TABLE events ADD CHECK (type <> 'hologram')")
	require.NoError(t, err)
	bad := object{"id": "wamid.2", "timestamp": stamp(receivedAt), "type": "hologram", "from": ada}
	body := webhook(shop, []object{text("wamid.1", receivedAt, ada), bad, text("wamid.3", receivedAt, ada)}, nil)
	require.Equal(t, intake.Receipt{Updates: 3, New: 2, Problems: 1}, deliver(t, s, body))
	require.Equal(t, "entry[0].changes[0].value.messages[1] not_storable", value[string](t, pool, "SELECT path || ' ' || reason FROM intake_problems"))
	require.Equal(t, 1, count(t, pool, "raw_bodies"))
	require.Equal(t, intake.Receipt{Updates: 3, Duplicates: 2, Problems: 1}, deliver(t, s, body))
}
