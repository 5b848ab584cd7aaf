package intake_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"reengage/intake"
)

// What a failed status says holds for the contact, the number and the template, whoever sent the message.
func TestAFailureDrawsTheSameConclusionsAsAnErrorInTheAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		code    int
		reason  string // of the send
		holds   string // of the contact and the number
		byOther string // the same, if we did not send it
	}{
		"cannot be reached":         {131026, "suppressed 131026", "all undeliverable", "all undeliverable"},
		"is the sender itself":      {131021, "suppressed 131021", "all recipient_is_sender", "all recipient_is_sender"},
		"is in an experiment":       {130472, "suppressed 130472", "marketing experiment", "marketing experiment"},
		"wants no marketing":        {131050, "opted_out 131050", "out whatsapp_131050", "out whatsapp_131050"},
		"the account cannot pay":    {131042, "sender_paused 131042", "paused sender_paused 131042 notified", "paused sender_paused 131042 notified"},
		"the number is not there":   {133010, "registration 133010", "paused registration 133010 notified", "paused registration 133010 notified"},
		"the token has no rights":   {131005, "auth 131005", "paused auth 131005 notified", "paused auth 131005 notified"},
		"the template is paused":    {132015, "template_fault 132015", "come_back en_US paused", ""},
		"the template is disabled":  {132016, "template_fault 132016", "come_back en_US disabled", ""},
		"the provider had a moment": {131000, "retry 131000", "", ""},
		"nobody says why":           {0, "unknown", "", ""},
		"nobody knows the code":     {199999, "unknown 199999", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			holds := func() string {
				return value[string](t, pool, `SELECT concat_ws(', ',
					(SELECT string_agg(scope || ' ' || reason, ', ') FROM suppressions WHERE since = $1),
					(SELECT string_agg(CASE WHEN opted_in THEN 'in ' ELSE 'out ' END || source, ', ') FROM consent_changes WHERE occurred_at = $1),
					(SELECT string_agg(concat_ws(' ', 'paused', n.sender_paused_class, n.sender_paused_code,
						CASE WHEN EXISTS (SELECT FROM notifications WHERE type = 'number.paused') THEN 'notified' END), ', ')
					 FROM business_numbers n WHERE n.sender_paused_at = $1),
					(SELECT string_agg(concat_ws(' ', name, language, status), ', ') FROM templates))`, receivedAt)
			}
			p := plant(t, s, pool, "template", "inflight", 1)
			p.accept("wamid.OUT", 1)
			for range 2 {
				p.hear(p.status("wamid.OUT", "failed", receivedAt, c.code, 1))
			}
			require.Equal(t, "accepted 1 14:15:01 "+c.reason+" failed", p.row())
			require.Equal(t, c.holds, holds())

			empty(t, pool)
			_, err := pool.Exec(t.Context(), "DELETE FROM notifications")
			require.NoError(t, err)
			s = open(pool)
			deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "failed", receivedAt, c.code)}))
			require.Empty(t, holds(), "nobody knows whose it is")
			report(t, s, outbound("wamid.OUT", "template", sentAt))
			require.Equal(t, c.byOther, holds())
		})
	}
}

func TestSendsThatFailAfterTheirAcceptanceAreCountedOnceByWhy(t *testing.T) {
	reader := metric.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })
	s, pool := newStore(t)
	p := plant(t, s, pool, "template", "inflight", 1)
	p.accept("wamid.OUT", 1)
	for range 2 {
		p.hear(p.status("wamid.OUT", "failed", receivedAt, 131026, 1))
	}
	report(t, s, outbound("wamid.OTHER", "template", sentAt))
	p.hear(status("wamid.OTHER", "failed", receivedAt, 131026)) // not ours
	var told metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &told))
	counted := map[string]int64{}
	for _, scope := range told.ScopeMetrics {
		for _, m := range scope.Metrics {
			if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "reengage_failed_sends" {
				for _, point := range sum.DataPoints {
					reason, _ := point.Attributes.Value("reason")
					origin, _ := point.Attributes.Value("origin")
					counted[origin.AsString()+" "+reason.AsString()] = point.Value
				}
			}
		}
	}
	require.Equal(t, map[string]int64{"request suppressed": 1}, counted)
}

func TestAFailureAfterTheDeliverySuppressesNobody(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "template", "inflight", 1)
	p.accept("wamid.OUT", 1)
	p.hear(p.status("wamid.OUT", "delivered", offered, 0, 1))
	p.hear(p.status("wamid.OUT", "failed", receivedAt, 131026, 1))
	require.Equal(t, "accepted 1 14:15:01 delivered", p.row())
	require.Zero(t, count(t, pool, "suppressions"))
}

// Undeliverable ends with the contact's next message, and begins anew with the next failure.
func TestASuppressionThatHasEndedBeginsAnew(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "freeform", "planned", 1)
	suppressed := func() string {
		return value[string](t, pool, "SELECT (contact_permissions(contact_id)).suppressed FROM conversations")
	}
	fail := func(id string, at time.Time) {
		report(t, s, outbound(id, "freeform", at))
		p.hear(status(id, "failed", at, 131026))
	}
	fail("wamid.OUT1", sentAt)
	require.Equal(t, "undeliverable", suppressed())
	deliver(t, s, webhook(shop, []object{text("wamid.2", sentAt.Add(time.Second), ada)}, nil))
	require.Empty(t, suppressed())
	fail("wamid.OUT2", sentAt.Add(2*time.Second))
	require.Equal(t, "undeliverable", suppressed())

	contact := p.contact()
	lifted, err := s.Lift(t.Context(), receivedAt, contact, "", "an operator")
	require.NoError(t, err)
	require.Equal(t, 1, lifted)
	require.Empty(t, suppressed())

	for range 2 {
		require.NoError(t, s.Suppress(t.Context(), receivedAt, contact, false, "an operator"))
	}
	require.Equal(t, "manual", suppressed())
	deliver(t, s, webhook(shop, []object{text("wamid.3", receivedAt.Add(time.Second), ada)}, nil))
	require.Equal(t, "manual", suppressed(), "only by hand")
	lifted, err = s.Lift(t.Context(), receivedAt, contact, "manual", "an operator")
	require.NoError(t, err)
	require.Equal(t, 1, lifted)
	require.ErrorIs(t, s.Suppress(t.Context(), receivedAt, p.id, false, "an operator"), intake.ErrUnknownContact)
}
