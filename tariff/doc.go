/*
Package tariff says what somebody's tariff charges for a set of messages, and under which rule.

	charges, problems = f(events, cards, time zone)

Owns: the events that rating reads and their order, the rules of each tariff (a Scheme, one file each), the published prices
(rate cards: CSV data in ratecards/, embedded), the account's calendar, money as integer micros, and the JSON lines in which
events come and charges go.

Does not own: which scheme a business number owes (the ledger's setting), what is posted already and where a number's allowance
ends over all its conversations (the ledger), where events come from (intake), the customer service window that decides about
sending (conversation).

	JSON lines ──Reader──► events ──traffic──► messages by conversation ──Scheme──► bill ──Draft──► charges, in order
	                                │          in order, each once, with                    │      problems, by event
	                                │          their statuses                            Decide    messages without a price
	                     the ledger starts here                                             │      differences, decisions
	                                                                              where the allowance ends

Traffic is where disorder ends: events are sorted, copies of one event become one, statuses are joined to their messages. A
scheme therefore sees each conversation as it occurred, and its rules are one loop that reads like the tariff's own text. What a
scheme may use is all there: a message's deliveries in order (their pricing and entry point ends with them), whether it failed,
every conversation of a number side by side. Prices are looked up only where a charge arises.

# Drafts and places

All rules but one look at a single conversation. P4 counts over a whole number: the first 1,000 answers that arrive in a calendar
month are free. So rating has two halves. Prepare applies every rule and leaves open what depends on that count: its Draft tells
which deliveries take a place in the allowance (Places) and which messages wait for where it ends (Undecided). Decide is told the
position of each month's last free place and finishes. Rate does both at once, and counts over the events that it was given.

	Rate(all) = Decide(ends) of Prepare(all)
	          = Decide(ends) of each Prepare(conversation), together, if ends counts the Places of all conversations

Whether a message takes a place never depends on where the allowance ends, so places can be kept by conversation and counted
later: a late or repeated event changes the places of its own conversation only.

# Verdicts and entry points

Under Meta's tariffs per message every delivered one is read twice: by our own rules (P2 to P5), and by Meta's verdict, if there is
a readable one and the scheme was in force at the delivery (P6). The charge follows the verdict; where the two disagree, that is a
Difference. Which scheme is in force when is MetaPeriods; "meta" is the name of that sequence and not a scheme. A Decision is what
became of a delivered message, free or not, for comparing with Meta's own counts.

A free entry point (P5, C3; entrypoint.go) is an answer and a span of time. Both tariffs share how it is found and differ in where
it begins: when the answer was sent, or when it arrived. It makes messages free and opens no window (W8).

# Markups

A markup (M1) is a base scheme and a fee. It runs the base with the bill in its own name but the base's cards, then adds the fees,
so it has the base's problems, places and verdicts too.

# Rate cards

A set of cards (Cards) is every *.csv of a file system, with regions.csv, and is never changed: its Digest names it, its Files are
what a ledger keeps to load it again. Of a scheme's cards the one in effect on the charge's day prices it. Account.Pinned gives a
month that has been posted the set that it was posted with, so that a new set changes nothing behind anybody's back; what a pinned
set does not price is looked up in the newest. Days and months are the account's (calendar.go): compared as dates, because there are
places and days at which midnight does not exist.

# Comparing

Because a scheme can price any date, the same events can be rated by several (compare.go): totals and shares of each, side by side,
never added together across currencies.

# To add a scheme

One file with a type that implements Scheme, one line in the registry (scheme.go), its card in ratecards/, and in testdata/ a
scenario per rule with its row in the README. The properties (property_test.go) then hold for it or fail. Its text is read once
more, the slow way, in naive_*_test.go, where each clause can be left out; TestEveryRuleOfTheTariffsHasAScenarioThatFailsWithoutIt
asks for a scenario that notices.

Why failure is safe: nothing here reads a clock, a database or chance, so the same events always give the same charges, in
whatever order and however often they arrived. Malformed input and a missing price are errors that name what is wrong before
anything is written. A caller that prefers the rest to nothing (the ledger) finds it beside what is Missing from its Rating.
*/
package tariff
