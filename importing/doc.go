// Package importing takes contacts in from a file (campaigns.md, "Import").
//
//	bytes ──Receive──► import_chunks ──Work──► sheet.Reader ──► record ──► plan ──► contacts, aliases, consent_changes
//	                                            (a batch of rows ahead)     │ ▲
//	                                                          what is known of them, and what stood in the file before
//
// It owns what a file's rows mean for contacts, and how far a file has got. It does not own how a table is written down (sheet), what an
// opt-out is told to (intake), nor who starts it (workflows).
//
// A dry run and an import are the same code: a batch is planned from what is known, and only an import writes the plan down. What is
// counted, refused and seen is written in either.
//
// Why failure is safe: a batch is one transaction that also says how far the file has got (imports.position), under a lock of the import's
// row. A crash goes on from there, and counts nothing twice; a second worker finds the position moved and writes nothing.
//
// Same file, same contacts: a row says what a contact has, never what it has not. What is written already changes nothing; of several rows
// of one contact the first counts, whatever batches they are in: each row leaves by which names it knew its contact (import_seen).
//
// Names: the business's own name for a contact goes before the profile's, so an import sets it (contacts.name_given) and intake leaves it.
//
// Consent (K1): opt_in yes is recorded where nothing stands, or where it is later than what stands. An opt-out stands against it
// unless the row says when, later than the opt-out, and by which source. opt_in no withdraws an opt-in that is not younger.
//
// Locks: the import's row; contacts that change, in id order; what they agree to; new names, in key order. Whoever has claimed a new name
// at the same moment is waited for, and then the batch is planned again.
package importing
