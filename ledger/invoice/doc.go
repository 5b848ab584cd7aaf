/*
Package invoice compares a provider's invoice with what we have computed, so that finance sees what nobody can explain.

	CSV ──Read──► lines ──┐
	                      ├──Compare──► cells that differ, each with what explains it and what is left
	decisions ──Own.Add───┘

A cell is what one line of an invoice is about: a day of the account, a market (the rate card's row), a category, a type and a
currency; of one number, or of all of them if the invoice does not tell numbers apart. Two things explain a difference before it
is left over, and both are named:

  - messages without a price: the invoice has messages of a charged cell that we counted nowhere. As many as the invoice has more
    are explained, and with them the money, because what they cost is what we do not know;
  - verdicts: the invoice prices messages as we would have, and not as the verdict that came with them said (P6). Such messages
    are moved from the verdict's cell to ours as long as both differ by them.

It owns the format of the file and the comparison. It does not own what was computed (tariff, ledger), nor where a day begins. It
is pure: no clock, no database; the same input gives the same answer in the same order.
*/
package invoice
