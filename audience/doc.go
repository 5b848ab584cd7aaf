// Package audience finds contacts by what is known of them: tags and fields that the business has given them, their language and
// market, how their conversations stand, what they have agreed to and whether they have answered a campaign.
//
//	Filter ── Validate ──► what people asked for makes sense ── Check ──► the number and the campaign exist
//	   │
//	   └─ JSON ──► audience_condition (SQL) ─┬─► audience_count     how many, now
//	                                         ├─► audience_page      for people who look through them
//	                                         ├─► audience           by id, for who writes down the recipients of a campaign (K2)
//	                                         ├─► audience_consent   how many of them K1 would let a campaign have
//	                                         └─► audience_quote     the same by market, for a campaign's quote (migration 00020)
//
// What a filter means is written once, in SQL (migration 00018); a test holds it to a naive reading of the doc comments in filter.go.
// The functions put texts together that stand in the schema, one for each part of the filter that is given, and every value is a
// parameter. Consent here is what contact_permissions says: the latest word. A filter that asks for an opt-in narrows; it does not
// stand in for the gate, which asks again at each send (K1).
//
// A filter that cannot be understood finds nobody: an unknown part, number or campaign must never mean more people than somebody wanted.
package audience
