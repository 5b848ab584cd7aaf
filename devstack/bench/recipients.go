package bench

import (
	"context"
	"fmt"
)

// recipientPhone is a phone of the crowd; area code 556, which nobody has.
func recipientPhone(i int) string { return fmt.Sprintf("1556%07d", i) }

// addContacts writes contacts who have opted in to marketing, as an import does.
func (s *shop) addContacts(ctx context.Context, from, n int, tag string) error {
	for _, statement := range []string{
		`INSERT INTO contacts (id, name, phone, market, tags, created_at)
			SELECT md5('recipient' || i)::uuid, 'Invented' || i || ' Person', (15560000000 + i)::text, 'US', ARRAY[$3], $4 FROM generate_series($1::int, $2::int - 1) i`,
		`INSERT INTO contact_aliases (kind, portfolio, value, contact_id)
			SELECT 'wa_id', portfolio, p.phone, p.id FROM contacts p, business_numbers WHERE p.tags = ARRAY[$3] AND $1::int < $2::int AND $4::timestamptz IS NOT NULL`,
		`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
			SELECT p.id, 'marketing', true, 'import', $4 FROM contacts p WHERE p.tags = ARRAY[$3] AND $1::int < $2::int`,
	} {
		if _, err := s.serves.Exec(ctx, statement, from, from+n, tag, s.now()); err != nil {
			return fmt.Errorf("write contacts: %w", err)
		}
	}
	return nil
}
