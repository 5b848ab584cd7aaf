package intake_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/intake"
)

func TestAMergedContactLeavesItsTagsFieldsTimeZoneAndLanguage(t *testing.T) {
	const of = `SELECT array_to_string(tags, ';') || ' ' || fields::text || ' ' || time_zone || ' ' || language FROM contacts WHERE `
	for name, tt := range map[string]struct{ winner, loser, want string }{
		"to one that has none": {
			winner: `tags = tags`,
			loser:  `tags = '{a,b}', fields = '{"city": "Lima"}', time_zone = 'Asia/Tokyo', language = 'ja'`,
			want:   `a;b {"city": "Lima"} Asia/Tokyo ja`,
		},
		"to one that keeps its own": {
			winner: `tags = '{Z,b}', fields = '{"city": "Quito", "plan": "new"}', time_zone = 'UTC', language = 'es'`,
			loser:  `tags = '{a,b,é}', fields = '{"city": "Lima", "size": "7"}', time_zone = 'Asia/Tokyo', language = 'ja'`,
			want:   `Z;a;b;é {"city": "Quito", "plan": "new", "size": "7"} UTC es`,
		},
		"having none itself": {
			winner: `tags = '{a}', fields = '{"city": "Quito"}', language = 'es'`,
			loser:  `time_zone = 'Asia/Tokyo'`,
			want:   `a {"city": "Quito"} Asia/Tokyo es`,
		},
		"having nothing at all": {winner: `tags = '{a}'`, loser: `tags = tags`, want: `a {}  `},
	} {
		t.Run(name, func(t *testing.T) {
			s, pool := newStore(t)
			winner, err := s.Resolve(t.Context(), receivedAt.Add(-time.Hour), shop, intake.Identity{Phone: ada})
			require.NoError(t, err)
			_, err = s.Resolve(t.Context(), receivedAt, shop, intake.Identity{BSUID: first})
			require.NoError(t, err)
			for who, set := range map[string]string{"phone IS NOT NULL": tt.winner, "bsuid IS NOT NULL": tt.loser} {
				_, err := pool.Exec(t.Context(), "UPDATE contacts SET "+set+" WHERE "+who)
				require.NoError(t, err)
			}
			deliver(t, s, webhook(shop, []object{from("wamid.1", ada, first)}, nil))
			require.Equal(t, winner, value[uuid.UUID](t, pool, "SELECT id FROM conversations WHERE merged_into IS NULL"))
			require.Equal(t, tt.want, value[string](t, pool, of+"merged_into IS NULL"))
			require.Equal(t, ` {}  `, value[string](t, pool, of+"merged_into IS NOT NULL"), "nothing personal stays behind")
		})
	}
}
