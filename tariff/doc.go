/*
Package tariff says what somebody's tariff charges for a set of messages, and under which rule.

	charges, problems = f(events, cards, time zone)

Owns: the events that rating reads and their order, the rules of each tariff (a Scheme, one file each), the published prices
(rate cards: CSV data in ratecards/, embedded), money as integer micros, and the JSON lines in which events come and charges go.

Does not own: which scheme a business number owes (the ledger's setting), what is posted already (the ledger), where events come
from (intake), the customer service window that decides about sending (conversation).

	JSON lines ──Reader──► events ──traffic──► messages by conversation ──Scheme──► bill ──► charges, in order
	                                │          in order, each once, with                      problems, by event
	                                │          their statuses                                 messages without a price
	                     the ledger starts here

Traffic is where disorder ends: events are sorted, copies of one event become one, statuses are joined to their messages. A
scheme therefore sees each conversation as it occurred, and its rules are one loop that reads like the tariff's own text. What a
scheme may use is all there: a message's deliveries in order (their pricing and entry point ends with them), whether it failed,
every conversation of a number side by side. Prices are looked up only where a charge arises.

To add a scheme: one file with a type that implements Scheme, one line in the registry (scheme.go), its card in ratecards/, and a
scenario per rule in testdata/.

Why failure is safe: nothing here reads a clock, a database or chance, so the same events always give the same charges, in
whatever order and however often they arrived. Malformed input and a missing price are errors that name what is wrong before
anything is written. A caller that prefers the rest to nothing (the ledger) finds it beside a MissingPriceError.
*/
package tariff
