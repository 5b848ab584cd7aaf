/*
Package ledger keeps what is owed: charges and reversals, appended and never changed.

	owed = the charges that every scheme assigned to the number makes of all the number's events (tariff), each kept if its own
	       instant lies in the interval [effective_from, next) of an assignment of its scheme; before the first assignment, and
	       without any, a number owes what Meta charges everybody (`meta`: one scheme after the other)
	post = owed − what is posted and not reversed: reversals of what is no longer owed, then new charges

Owns: the dirty marks from the moment intake has set them, the charges, assignments, stored card sets and which months they price,
places in allowances, the lists of messages without a price and of verdicts that differ, and the totals that reports read
(totals.go). Does not own: prices and rules (tariff), events (intake), when billing is asked for (workflows), reports
(gateway/api), how an invoice is compared (ledger/invoice).

	intake ──event + mark, one transaction──► dirty_conversations ──Bill, SettleBatch──► charges, lists, pins
	                                             ▲      │ the version that was seen is deleted with the posting;
	                                             └──────┘ an event that came meanwhile has marked a newer one, which stays

	1 lock   advisory locks: of the conversation, and in a settlement before it of its number, each in a statement of its own:
	         under READ COMMITTED every later statement sees what the previous holder posted
	2 mark   version, earliest and latest event not billed, assignments, in one statement and before the events: so the mark is
	         never newer than what is rated
	3 reach  on either side up to the first gap longer than the schemes' memory, where messages, their statuses and stated ends
	         of entry points are points, and what belongs to one message is one piece. What lies outside cannot have changed
	         (a message that was inferred from its statuses is one with them, and counts until the message itself is known)
	4 rate   in memory, months that are posted at the prices they were posted with
	5 count  settlement alone: places, and where they end (below)
	6 post   pins, reversals, charges, lists; at the end the marks

# Counts over a number

Whether a free-form message costs something (P4) depends on how many of the number's month were delivered before it. The places
of each conversation are kept (allowance_places), so that the last free one is one look into an index:

	delivered  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●        a late delivery, or a late entry point, moves the end;
	           free ...      1,000th │ charged ...       only what lies between the old end and the new one changes
	                            end ─┘

Bill posts what does not depend on that and leaves the mark. SettleBatch holds the number's lock, writes the places that changed,
and rates with the end that follows; conversations in which the end moved are marked and come in a later batch. So there is one
way of writing places, and one of posting what depends on them. Places are kept for whole months of a term's calendar.

# Quotes

What one more template would cost is the same reading, with the message and without it, and the difference of what is then owed
(quote.go). It locks and writes nothing, so it can be asked within the transaction that decides on the send. What it would cost those
of a market with whom there has been nothing is the same, of a conversation without events (quote_number.go); nobody costs more.

# Merged conversations

A conversation may have become part of another, because their contacts proved to be one (W10). Its events keep their id and are
read with those of the root: f(union). What was posted for it before is part of what is posted. Only roots are billed; the mark of a
part goes to its root. Whoever bills a root holds the locks of its parts as well, because a billing of one of them may have begun
before it was merged; it only tries for them, since it holds the root's, and leaves the root for later if they are taken.

# Prices

Sets of cards are stored under the digest of their contents and named; the program's own set is `shipped`. The first charge of a
number, scheme and month pins the set that its assignment names, and the scheme's version; after a rerate, the first that is found
to stand does, too. Later postings use the same; what the pinned set does not state is looked up in the current one, which is then
pinned behind it, so that a message without a price can be charged when a card arrives, and stays so charged. A
difference that another version of the rules makes in such a month is not posted: the conversation is stuck until Rerate releases
the month. Two programs that pin at once wait for each other, and the later one rates again with what the first has pinned.

# Why nobody waits in a circle

Why advisory locks and not rows: billing may wait for nobody but billing. Intake holds the conversation's row and the mark's row
while it stores; a lock on either would make a webhook wait for a rating, or a rating for a webhook. Bill waits for one lock while
it holds none; a settlement takes all of its locks by trying, numbers before conversations. Marks are written and deleted last, in
the order of intake and only deleted if nobody holds them (SKIP LOCKED); the foreign keys of charges take only KEY SHARE; pins are
inserted in one order by one statement. Only Assign, Rerate and a new set of cards stop all billing, for the moment that it takes to
mark conversations: whatever was billed by the old rules is then there to be marked. They wait for billings, which say at their
beginning that they are under way, and for nobody who only reads.

# Why failure is safe

Charges, lists, places and cleared marks are committed together or not at all. Whatever is interrupted leaves the mark, and billing
again compares again. The result is a function of the events, so any order, repetition or interruption ends in the same unreversed
charges; the database refuses a second unreversed charge of a key, and any change of a row. What cannot be billed (a scheme that
this program does not know, a history that takes all the time there is) keeps its mark and is tried again later and later, beside
its neighbours and not before them. A message
without a price is listed, and costs the others nothing.
*/
package ledger
