package campaign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/whatsapp/template"
)

func asked() campaign.Definition {
	return campaign.Definition{Name: "Spring", Number: shop, Template: "come_back", Language: "en",
		Parameters: template.Parameters{Body: template.Values{Positional: []string{"{{contact.first_name|there}}"}}}, SegmentID: uuid.New()}
}

func TestEverythingThatIsWrongWithADefinitionIsSaidWithItsField(t *testing.T) {
	minus := int64(-1)
	d := campaign.Definition{
		Parameters: template.Parameters{Body: template.Values{Positional: []string{"Hello {{contact.First Name}}"}}},
		Limits: campaign.Limits{PacePercent: 101, BudgetMicros: &minus, MaxFailuresPercent: -1, MaxOptOutsPercent: 200,
			AnswerWithin: conversation.Duration(31 * 24 * time.Hour), QuietHours: &conversation.QuietHours{From: "21:00", To: "21:00"}},
		StartAt: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), EndAt: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
	}
	err := d.Validate()
	var invalid *campaign.InvalidError
	require.ErrorAs(t, err, &invalid)
	var fields []string
	for _, p := range invalid.Problems {
		fields = append(fields, p.Field)
		require.NotEmpty(t, p.Sentence)
	}
	require.Equal(t, []string{"name", "number", "template.name", "template.language", "parameters", "segment", "limits.pace_percent",
		"limits.max_failures_percent", "limits.max_opt_outs_percent", "limits.budget_micros", "limits.answer_within", "limits.quiet_hours",
		"end_at"}, fields)
	require.Len(t, strings.Split(err.Error(), "\n"), len(fields), "a line each")
	require.NoError(t, asked().Validate())
}

func TestWhatLooksLikeAContactsFieldIsOne(t *testing.T) {
	for text, good := range map[string]bool{
		"{{contact.city}}": true, "{{contact.city|your town}}": true, "{{ contact.first_name }} and {{contact.name|}}": true, "none": true,
		"{{contact.City}}": false, "{{city}}": false, "{{contact.city": false, "contact.city}}": false, "{{contact.city|{{contact.name}}}}": false,
	} {
		d := asked()
		d.Parameters.Body.Positional[0] = text
		require.Equal(t, good, d.Validate() == nil, text)
	}
}

func TestLimitsThatAreNotGivenHaveDefaults(t *testing.T) {
	var l campaign.Limits
	require.Equal(t, []any{80, 10, 3, 72 * time.Hour}, []any{l.Pace(), l.FailuresPercent(), l.OptOutsPercent(), l.Within()})
	l = campaign.Limits{PacePercent: 5, MaxFailuresPercent: 6, MaxOptOutsPercent: 7, AnswerWithin: conversation.Duration(time.Hour)}
	require.Equal(t, []any{5, 6, 7, time.Hour}, []any{l.Pace(), l.FailuresPercent(), l.OptOutsPercent(), l.Within()})
}

func TestHowLongAnAnswerMayTakeIsReadByPostgresAsItIsMeant(t *testing.T) {
	w := newWorld(t)
	for _, within := range []time.Duration{time.Second, 90 * time.Second, 100 * time.Minute, 72 * time.Hour, 30 * 24 * time.Hour} {
		d := w.definition()
		d.Limits.AnswerWithin = conversation.Duration(within)
		c := must(w.Create(w.as(), uuid.New(), d, ada))
		require.Equal(t, within, ask[time.Duration](w, `SELECT campaign_answer_within(limits) FROM campaigns WHERE id = $1`, c.ID))
	}
	for _, within := range []time.Duration{1, time.Microsecond, 1500 * time.Millisecond} {
		d := w.definition()
		d.Limits.AnswerWithin = conversation.Duration(within)
		_, err := w.Create(w.as(), uuid.New(), d, ada)
		require.ErrorContains(t, err, "limits.answer_within", "else no status of its messages could be stored")
	}
}
