package intake_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// templateNews is a template webhook as of a time.
func templateNews(field string, at time.Time, value object) []byte {
	for k, v := range (object{"message_template_id": 1689556908129832, "message_template_name": "come_back"}) {
		value[k] = v
	}
	return bodyOfEntry(at, object{"field": field, "value": value})
}

func TestTheLatestNewsOfATemplateCountsInWhateverOrderItComes(t *testing.T) {
	s, pool := newStore(t)
	early, late := sentAt, receivedAt
	en := func(v object) object { v["message_template_language"] = "en-US"; return v }
	is := func() string {
		return value[string](t, pool, "SELECT concat_ws(' ', status, category, quality, reason) FROM templates WHERE language = 'en_US'")
	}
	deliver(t, s, templateNews("message_template_status_update", late, en(object{"event": "PAUSED", "reason": "INCORRECT_CATEGORY"})))
	deliver(t, s, templateNews("message_template_status_update", early, en(object{"event": "APPROVED", "reason": "NONE"})))
	require.Equal(t, "paused   INCORRECT_CATEGORY", is())
	// Older than the status, but of something else.
	deliver(t, s, templateNews("template_category_update", early, en(object{"previous_category": "UTILITY", "new_category": "MARKETING"})))
	deliver(t, s, templateNews("message_template_quality_update", early, en(object{"previous_quality_score": "GREEN", "new_quality_score": "RED"})))
	require.Equal(t, "paused marketing red INCORRECT_CATEGORY", is())
	require.Equal(t, late, value[time.Time](t, pool, "SELECT changed_at FROM templates").UTC())

	deliver(t, s, templateNews("message_template_status_update", late.Add(time.Second), en(object{"event": "REINSTATED", "reason": "NONE"})))
	require.Equal(t, "approved marketing red ", is())

	// A list has been read since: what is older takes nothing back.
	_, err := pool.Exec(t.Context(), "UPDATE templates SET listed_at = $1, status = 'approved'", late.Add(time.Minute+500*time.Millisecond))
	require.NoError(t, err)
	deliver(t, s, templateNews("message_template_status_update", late.Add(59*time.Second), en(object{"event": "DISABLED"})))
	require.Equal(t, "approved marketing red ", is())
	deliver(t, s, templateNews("message_template_status_update", late.Add(time.Minute), en(object{"event": "DISABLED"})))
	require.Equal(t, "disabled marketing red ", is())
}

func TestNewsWithoutALanguageConcernsAllThatAreKnown(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, templateNews("template_category_update", sentAt, object{"new_category": "MARKETING"}))
	require.Zero(t, count(t, pool, "templates"))
	for _, language := range []string{"en_US", "pt_BR"} {
		deliver(t, s, templateNews("message_template_status_update", sentAt, object{"event": "APPROVED", "message_template_language": language}))
	}
	deliver(t, s, templateNews("template_category_update", receivedAt, object{"new_category": "MARKETING"}))
	require.Equal(t, "en_US approved marketing, pt_BR approved marketing", value[string](t, pool,
		"SELECT string_agg(concat_ws(' ', language, status, category), ', ' ORDER BY language) FROM templates"))
}
