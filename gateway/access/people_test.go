package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

func TestANameIsOnePersonsWhateverItsCase(t *testing.T) {
	w := newWorld(t)
	for name, given := range map[string]string{"the same": "Grace Example", "in capitals": " GRACE EXAMPLE ", "in other letters that look alike": "Ｇrace Example"} {
		t.Run(name, func(t *testing.T) {
			_, err := w.people.Add(t.Context(), access.Operator, now, given, access.Viewer)
			require.ErrorIs(t, err, access.ErrInvalid)
		})
	}
	for name, given := range map[string]string{"none": " ", "of two lines": "A\nB", "too long": strings.Repeat("é", 33), "half a letter": "A\xc3", "turned around": "A\u202eB"} {
		t.Run(name, func(t *testing.T) {
			_, err := w.people.Add(t.Context(), access.Operator, now, given, access.Viewer)
			require.ErrorIs(t, err, access.ErrInvalid)
		})
	}
	_, err := w.people.Add(t.Context(), access.Operator, now, "Ada Example", "owner")
	require.ErrorIs(t, err, access.ErrInvalid)
	require.Equal(t, 1, value[int](t, w.pool, `SELECT count(*) FROM audit`), "what was refused has no row")
}

func TestALinkSignsInOnceAndNotAfterItsTime(t *testing.T) {
	w := newWorld(t)
	link := func() string {
		text, err := w.people.MakeLink(t.Context(), access.Operator, now, "Grace Example", time.Hour)
		require.NoError(t, err)
		return text
	}
	first, late, of := link(), link(), link()
	token, s, err := w.people.UseLink(t.Context(), first, now.Add(time.Hour-time.Second))
	require.NoError(t, err)
	require.Equal(t, w.grace.ID, s.Person.ID)
	require.NotEqual(t, first, token, "the session's token is another")
	for name, tt := range map[string]struct {
		link  string
		after time.Duration
	}{"used": {first, 0}, "late": {late, time.Hour}, "forged": {"x" + late, 0}, "empty": {"", 0}, "a session's token": {token, 0}} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.people.UseLink(t.Context(), tt.link, now.Add(tt.after))
			require.Equal(t, access.ErrRefused, err)
		})
	}
	require.NoError(t, w.people.Disable(t.Context(), access.Operator, now, "grace example"))
	_, _, err = w.people.UseLink(t.Context(), of, now)
	require.Equal(t, access.ErrRefused, err)
	_, err = w.people.MakeLink(t.Context(), access.Operator, now, "Grace Example", time.Hour)
	require.ErrorIs(t, err, access.ErrUnknown)
	_, err = w.people.MakeLink(t.Context(), access.Operator, now, "Nobody", time.Hour)
	require.ErrorIs(t, err, access.ErrUnknown)

	everything := value[string](t, w.pool, `SELECT concat((SELECT json_agg(l) FROM login_links l), (SELECT json_agg(s) FROM sessions s), (SELECT json_agg(a) FROM audit a))`)
	for _, secret := range []string{first, late, of, token} {
		require.NotContains(t, everything, secret)
	}
}

func TestASessionSlidesAndEnds(t *testing.T) {
	w := newWorld(t)
	token, s := w.signedIn(t, now)
	valid := func(at time.Time) bool {
		_, err := w.people.Session(t.Context(), token, at)
		if err != nil {
			require.Equal(t, access.ErrRefused, err)
		}
		return err == nil
	}
	uses := func(at time.Time) {
		used, err := w.people.Session(t.Context(), token, at)
		require.NoError(t, err)
		require.NoError(t, w.people.Use(t.Context(), used, at))
	}
	idle, end := access.SessionIdle, s.EndsAt
	require.Equal(t, now.Add(access.SessionEnds), end)
	require.True(t, valid(now.Add(idle-time.Second)))
	require.False(t, valid(now.Add(idle)), "unused for that long; being found is no use")
	at := now
	for at.Add(idle - time.Second).Before(end) {
		at = at.Add(idle - time.Second)
		uses(at) // which moves the end
	}
	require.True(t, valid(end.Add(-time.Second)))
	require.False(t, valid(end), "but not for ever")
}

func TestWhatChangesAboutAPersonCountsFromTheNextRequestOn(t *testing.T) {
	w := newWorld(t)
	token, s := w.signedIn(t, now)
	require.True(t, s.Principal().May(access.Send))
	require.NoError(t, w.people.SetRole(t.Context(), access.Operator, "GRACE example", access.Viewer))
	s, err := w.people.Session(t.Context(), token, now)
	require.NoError(t, err)
	require.False(t, s.Principal().May(access.Send))
	require.NoError(t, w.people.Disable(t.Context(), access.Operator, now, "Grace Example"))
	_, err = w.people.Session(t.Context(), token, now)
	require.Equal(t, access.ErrRefused, err)
	require.NoError(t, w.people.Enable(t.Context(), access.Operator, "Grace Example"))
	_, err = w.people.Session(t.Context(), token, now)
	require.Equal(t, access.ErrRefused, err, "who comes back signs in again")
	require.ErrorIs(t, w.people.SetRole(t.Context(), access.Operator, "Nobody", access.Viewer), access.ErrUnknown)
	require.ErrorIs(t, w.people.SetRole(t.Context(), access.Operator, "Grace Example", "owner"), access.ErrInvalid)
	require.ErrorIs(t, w.people.Disable(t.Context(), access.Operator, now, "Nobody"), access.ErrUnknown)
}

func TestAPersonEndsItsOwnSessionsAndNoOthers(t *testing.T) {
	w := newWorld(t)
	ada, err := w.people.Add(t.Context(), access.Operator, now, "Ada Example", access.Agent)
	require.NoError(t, err)
	token, s := w.signedIn(t, now)
	_, other := w.signedIn(t, now.Add(time.Minute))
	list, err := w.people.Sessions(t.Context(), w.grace.ID, now.Add(time.Minute))
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, other.ID, list[0].ID)

	adas := access.Principal{Kind: access.ByUser, ID: ada.ID}
	require.ErrorIs(t, w.people.End(t.Context(), adas, now, s.ID), access.ErrUnknown)
	_, err = w.people.Session(t.Context(), token, now)
	require.NoError(t, err)
	require.NoError(t, w.people.End(t.Context(), s.Principal(), now, s.ID))
	_, err = w.people.Session(t.Context(), token, now)
	require.Equal(t, access.ErrRefused, err)
	require.ErrorIs(t, w.people.End(t.Context(), s.Principal(), now, s.ID), access.ErrUnknown)
	require.ErrorIs(t, w.people.End(t.Context(), s.Principal(), now, uuid.New()), access.ErrUnknown)
	require.Equal(t, 1, value[int](t, w.pool, `SELECT count(*) FROM audit WHERE action = 'sign_out' AND who = $1`, s.Principal().Ref()))
}

func TestTheAuditIsAppendOnly(t *testing.T) {
	w := newWorld(t)
	for _, sql := range []string{`UPDATE audit SET who = 'operator'`, `DELETE FROM audit`, `TRUNCATE audit`} {
		_, err := w.pool.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "append-only")
	}
}

func TestWhatHasEndedIsForgottenAtTheNextSignIn(t *testing.T) {
	w := newWorld(t)
	w.signedIn(t, now)
	_, err := w.people.MakeLink(t.Context(), access.Operator, now, "grace example", time.Minute) // never used
	require.NoError(t, err)
	later := now.Add(access.SessionEnds - time.Second)
	_, s := w.signedIn(t, later)
	require.Equal(t, 2, value[int](t, w.pool, `SELECT count(*) FROM sessions`), "the first ends in a second")
	require.Equal(t, 1, value[int](t, w.pool, `SELECT count(*) FROM login_links`))
	last, _ := w.signedIn(t, later.Add(2*time.Second))
	require.Equal(t, 2, value[int](t, w.pool, `SELECT count(*) FROM sessions`))
	_, err = w.people.Session(t.Context(), last, later.Add(2*time.Second))
	require.NoError(t, err)
	holds, err := w.people.Holds(t.Context(), s.ID, later.Add(time.Second))
	require.NoError(t, err)
	require.True(t, holds)
}
