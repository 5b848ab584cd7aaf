package importing_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/importing"
	"reengage/intake"
)

// Webhooks make the same contacts at the same moment, and say STOP; two workers have the same import; another file names the same people.
// Nobody is made twice, no row is counted twice, and every opt-out stands.
func TestWebhooksAndOtherImportsOfTheSameContactsDoNotBreakABatch(t *testing.T) {
	w := newWorld(t)
	const people = 60
	file, other := "phone,name,opt_in\n", "phone,city\n"
	for i := range people {
		file += fmt.Sprintf("+12025550%03d,Person %d,yes\n", i+100, i)
		other += fmt.Sprintf("+12025550%03d,Lima\n", people-1-i+100)
	}
	w.InBatchesOf(10)
	first, second := w.upload(file, false), w.upload(other, false)
	store := intake.New(w.pool, clock.Clock{Anchor: stopped.Add(48 * time.Hour), Wall: time.Now(), Scale: 1}, slog.New(slog.DiscardHandler))
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() { w.run(first.ID) })
		group.Go(func() { w.run(second.ID) })
	}
	for half := range 2 {
		group.Go(func() {
			for i := half; i < people; i += 2 {
				_, err := store.Messages(w.Context(), intake.FromAPI, time.Now(), []intake.Message{{Kind: intake.Inbound, PhoneNumberID: "106540352242922",
					Who: intake.Identity{Phone: fmt.Sprintf("12025550%03d", i+100), Name: "from the app"}, ID: fmt.Sprint("message ", i),
					OccurredAt: stopped.Add(47 * time.Hour), Type: "text", Text: "STOP"}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, "(60,60,60)", w.text(`SELECT count(*), count(*) FILTER (WHERE name LIKE 'Person %'), count(*) FILTER (WHERE fields = '{"city": "Lima"}') FROM contacts`))
	require.Equal(t, "(60)", w.text("SELECT count(*) FROM contact_aliases"))
	require.Equal(t, "(60)", w.text("SELECT count(*) FROM contacts c, contact_permissions(c.id) p WHERE p.marketing = 'out'"))
	require.Equal(t, "(60,60)", w.text("SELECT (counts ->> 'rows')::int, (counts ->> 'new')::int + (counts ->> 'changed')::int FROM imports WHERE id = $1", first.ID))
}

func TestACancelledImportStopsAndItsFileIsGone(t *testing.T) {
	w := newWorld(t)
	w.InBatchesOf(1)
	i := w.upload("phone\n+12025550101\n+12025550102\n+12025550103\n", false)
	p, err := w.Work(t.Context(), i.ID, time.Now().Add(time.Hour), func(importing.Progress) {
		_, err := w.Cancel(t.Context(), i.ID)
		require.NoError(t, err)
	})
	require.NoError(t, err)
	require.Equal(t, importing.Cancelled, p.State)
	require.Equal(t, int64(1), p.Counts.New)
	require.Equal(t, "(1,0)", w.text("SELECT (SELECT count(*) FROM contacts) AS a, (SELECT count(*) FROM import_chunks) AS b"))
	_, err = w.Apply(t.Context(), i.ID)
	require.ErrorIs(t, err, importing.ErrNotNow)
}

// leaves has somebody hand in a dry run and do nothing more about it, for so long.
func (w *world) leaves(since string) {
	w.Helper()
	checked := w.upload("phone\n+12025550101\n", true)
	w.run(checked.ID)
	_, err := w.pool.Exec(w.Context(), `UPDATE imports SET touched_at = now() - $1::text::interval`, since)
	require.NoError(w, err)
}

func TestWhatNobodyGoesOnWithIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.leaves("6 days 23 hours")
	require.NoError(t, w.Prune(t.Context()))
	require.Equal(t, "(checked)", w.text("SELECT state FROM imports"))
	_, err := w.pool.Exec(t.Context(), `UPDATE imports SET touched_at = now() - interval '7 days 1 second';
		INSERT INTO imports (id, state, dry_run, created_at, created_by, touched_at) VALUES (gen_random_uuid(), 'receiving', false, now(), 'operator', now() - interval '61 minutes')`)
	require.NoError(t, err)
	require.NoError(t, w.Prune(t.Context()))
	require.Equal(t, "(cancelled)", w.text("SELECT state FROM imports"))
	require.Empty(t, w.text("SELECT * FROM import_chunks"))
}

func TestADryRunThatIsAppliedAsItsWeekEndsGoesOn(t *testing.T) {
	w := newWorld(t)
	w.leaves("8 days")
	tx, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), `UPDATE imports SET state = 'importing', dry_run = false, counts = '{}', touched_at = now()`) // as Apply has it
	require.NoError(t, err)
	pruned := make(chan error, 1)
	go func() { pruned <- w.Prune(t.Context()) }()
	require.Eventually(t, func() bool { return dbtest.LockAwaited(t, w.pool) }, time.Minute, 5*time.Millisecond)
	require.NoError(t, tx.Commit(t.Context()))
	require.NoError(t, <-pruned)
	require.Equal(t, "(importing,1)", w.text("SELECT state, (SELECT count(*) FROM import_chunks) FROM imports"))
}

func TestWhatIsLeftIsForgottenThoughNobodyImports(t *testing.T) {
	w := newWorld(t)
	w.leaves("8 days")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Importer.Run(ctx) }()
	require.Eventually(t, func() bool { return w.text("SELECT state FROM imports") == "(cancelled)" }, time.Minute, 20*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

// Without a default region a phone that is none, or that a spreadsheet has spoilt, is not said to lack its country.
func TestAPhoneIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	w := newWorld(t)
	for cell, reason := range map[string]string{
		"07700 900123":         "the phone has no country code: write it as +44..., or state the default region of the file",
		"5.51E+12":             "the phone has been turned into a number by a spreadsheet (1.23E+12): format the column as text",
		"call me":              "the phone has no digits",
		"+44 7700 9003":        "the phone is too short for its country: are its first digits missing?", // and others could dial it within their town
		"+1 555 0123":          "the phone is too short for its country: are its first digits missing?",
		"+44 7700 900123 4567": "the phone is too long for its country",
	} {
		i := w.upload("phone\n"+cell+"\n", true)
		w.run(i.ID)
		require.Equal(t, `("`+reason+`")`, w.text("SELECT reason FROM import_rejects WHERE import_id = $1", i.ID), cell)
	}
}

func TestHeadingsAreKnownInThreeLanguagesAndTwoOfAKindAreRefused(t *testing.T) {
	columns, err := importing.ReadHeader(strings.Split("Teléfono|NOME COMPLETO|Fuso-horário|opt in|Data do opt-in|Etiquetas|Data de Nascimento|", "|"))
	require.NoError(t, err)
	var means []string
	for _, c := range columns {
		means = append(means, strings.TrimSuffix(string(c.Meaning)+" "+c.Field, " "))
	}
	require.Equal(t, []string{"phone", "name", "time_zone", "opt_in", "opt_in_at", "tags", "field data_de_nascimento", "none"}, means)
	for header, says := range map[string]string{"phone|Celular": `"phone" and "Celular" both mean phone`, "phone|City|CITY": "custom field city",
		"phone|1st": "can be no custom field", "name|city": "neither a column phone nor a column bsuid", "phone|" + strings.Repeat("x", 41): "at most 40"} {
		_, err := importing.ReadHeader(strings.Split(header, "|"))
		require.ErrorContains(t, err, says)
	}
}

func TestCellsThatSayNothingCertainAreInvalidWithAReason(t *testing.T) {
	w := newWorld(t)
	w.region = "BR"
	const head = "phone,language,time_zone,opt_in,opt_in_categories,opt_in_at,tags,city\n"
	for row, code := range map[string]string{
		"(11) 91234-5678,pt-BR,America/Sao_Paulo,x,marketing;utility,2026-01-02,a;b,Lima": "", "'+447700900123,,,,,,,": "", "0044 7700 900123,,,,,,,": "",
		"5.51E+12,,,,,,,": "phone", "12,,,,,,,": "phone", "call me,,,,,,,": "phone", ",en,,,,,,": "no_contact",
		"+12025550101,english,,,,,,": "language", "+12025550101,,Brazil time,,,,,": "time_zone", "+12025550101,,../etc,,,,,": "time_zone",
		"+12025550101,,,perhaps,,,,": "opt_in", "+12025550101,,,yes,sales,,,": "opt_in_categories", "+12025550101,,,yes,,01/02/2026,,": "opt_in_at",
		"+12025550101,,,yes,,2026-11-22,,": "opt_in_at", "+12025550101,,,yes,,1969-12-31,,": "opt_in_at", "+12025550101,,,,,,,a,b": "columns",
		"+12025550101,,,,,,," + strings.Repeat("x", 1001): "field", "+12025550101,,,,,," + strings.Repeat("x", 101) + ",": "tags",
		"+12025550101,\"open,,,,,,": "quotes", "+12025550101,,,,,,\"one\ntwo\",": "tags", "+12025550101,,,,,,one\ttwo,": "tags",
	} {
		i := w.upload(head+row+"\n", true)
		p := w.run(i.ID)
		if code == "" {
			require.Equal(t, int64(1), p.Counts.New, row)
			continue
		}
		require.Equal(t, int64(1), p.Counts.Invalid, row)
		require.Equal(t, "(2,"+code+")", w.text("SELECT line, code FROM import_rejects WHERE import_id = $1", i.ID), row)
	}
}
