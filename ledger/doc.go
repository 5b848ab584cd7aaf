/*
Package ledger keeps what is owed: charges and reversals, appended and never changed.

	owed = the charges that every scheme assigned to the number makes of all the conversation's events (tariff.Rate),
	       each kept if its own instant lies in the interval [effective_from, next) of an assignment of its scheme
	post = owed − what is posted and not reversed: reversals of what is no longer owed, then new charges

Owns: the dirty marks from the moment intake has set them, the charges, which scheme a number owes by from when on. Does not
own: prices and rules (tariff), events (intake), when billing is asked for (workflows), reports (gateway/api).

	intake ──event + mark, one transaction──► dirty_conversations ──Bill, SettleBatch──► charges
	                                             ▲      │ the version that was seen is deleted with the posting;
	                                             └──────┘ an event that came meanwhile has marked a newer one, which stays

	1 lock   an advisory lock of the conversation, in a statement of its own: under READ COMMITTED every later statement
	         sees what the previous holder posted
	2 mark   version, earliest event not billed, assignments, in one statement and before the events: so the mark is
	         never newer than what is rated
	3 reach  back to the last gap longer than the schemes' memory; what lies before it cannot have changed. Forward to the
	         end: late events are rare, and mostly a few messages late
	4 rate   in memory
	5 post   reversals, charges; at the end the marks

Why an advisory lock and not a row: billing may wait for nobody but billing. Intake holds the conversation's row and the
mark's row while it stores; a lock on either would make a webhook wait for a rating, or a rating for a webhook. The marks
are deleted last and only if nobody holds them (SKIP LOCKED), the foreign keys of charges take only KEY SHARE, and a batch
takes its locks by trying. So nothing here waits while it holds something that others wait for, and no deadlock is possible.
Only Assign stops all billing, for the moment that it takes to mark a number's conversations.

Why failure is safe: charges and cleared marks are committed together or not at all. Whatever is interrupted leaves the mark,
and billing again compares again. The result is a function of the events, so any order, repetition or interruption ends in
the same unreversed charges; the database refuses a second unreversed charge of a key, and any change of a row. What cannot
be billed (a missing card, a scheme that this program does not know) keeps its mark and is tried again later and later,
beside its neighbours and not before them.
*/
package ledger
