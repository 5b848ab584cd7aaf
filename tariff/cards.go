package tariff

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed ratecards/*.csv
var shipped embed.FS

// Cards is a set of rate cards, with the groups that countries belong to. It is never changed once loaded.
type Cards struct {
	byScheme map[string][]*Card // ordered by their first day, then by currency
	regions  map[string]string  // country to group
	files    map[string]string
	digest   string
}

// ShippedCards is the set that comes with the program. The error can only be a mistake in this repository.
var ShippedCards = sync.OnceValues(func() (*Cards, error) {
	set, err := fs.Sub(shipped, "ratecards")
	if err != nil {
		return nil, err
	}
	return LoadCards(set)
})

// LoadCardsDir is the set of cards in a folder, which replaces the shipped set.
func LoadCardsDir(dir string) (*Cards, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, &UsageError{Reason: fmt.Sprintf("%s is not a folder of rate cards", dir)}
	}
	return LoadCards(os.DirFS(dir))
}

// LoadCards reads every *.csv at the top of a file system as one card, except regions.csv, which names the group of each
// country (without it every country without a row of its own is OTHER). The error is a *CardError, or that of a file that could
// not be read.
func LoadCards(files fs.FS) (*Cards, error) {
	names, err := fs.Glob(files, "*.csv")
	if err != nil {
		return nil, err
	}
	contents := make(map[string]string, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("rate card %s: %w", name, err)
		}
		contents[name] = string(data)
	}
	return ReadCards(contents)
}

// ReadCards is LoadCards for contents by file name, as Files has them. They are kept.
func ReadCards(contents map[string]string) (*Cards, error) {
	set := &Cards{byScheme: map[string][]*Card{}, files: contents, digest: digest(contents)}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if err := set.read(name, []byte(contents[name])); err != nil {
			return nil, err
		}
	}
	if len(set.byScheme) == 0 {
		return nil, &UsageError{Reason: "there is no rate card (*.csv) among the rate cards"}
	}
	return set, nil
}

// read takes one file.
func (s *Cards) read(name string, data []byte) (err error) {
	if name == regionsFile {
		s.regions, err = parseRegions(name, data)
		return err
	}
	card, err := parseCard(name, data)
	if err != nil {
		return err
	}
	return s.add(name, card)
}

// All lists the set's cards by scheme, first day and currency. They are not to be changed.
func (s *Cards) All() []*Card {
	var all []*Card
	for _, scheme := range slices.Sorted(maps.Keys(s.byScheme)) {
		all = append(all, s.byScheme[scheme]...)
	}
	return all
}

// Files is the set as it was loaded: contents by file name, which ReadCards takes. It is not to be changed.
func (s *Cards) Files() map[string]string { return s.files }

// Digest names the set by what is in it: the SHA-256 of its files' names and contents, in hex.
func (s *Cards) Digest() string { return s.digest }

func digest(files map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d:%s%d:%s", len(name), name, len(files[name]), files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// add keeps a scheme's cards in order of their first day. Two of one currency from the same day would both be in effect.
func (s *Cards) add(file string, card *Card) error {
	cards := s.byScheme[card.Scheme]
	for _, other := range cards {
		if other.Currency == card.Currency && other.Effective == card.Effective {
			return &CardError{File: file, Field: "effective",
				Reason: fmt.Sprintf("%s of %s in %s has a card from %s already: %s", card.ID, card.Scheme, card.Currency, card.Effective, other.ID)}
		}
	}
	cards = append(cards, card)
	slices.SortFunc(cards, func(a, b *Card) int {
		if c := a.Effective.compare(b.Effective); c != 0 {
			return c
		}
		return strings.Compare(a.Currency, b.Currency)
	})
	s.byScheme[card.Scheme] = cards
	return nil
}

// CheckCurrencies refuses a set that cannot price some scheme because its cards are in several currencies: a *UsageError.
func (s *Cards) CheckCurrencies() error {
	for _, scheme := range slices.Sorted(maps.Keys(s.byScheme)) {
		if _, err := s.currency(scheme); err != nil {
			return err
		}
	}
	return nil
}

// CurrencyOf is the currency that a scheme charges in, of a markup its base's; empty without cards of it. A *UsageError: several.
func (s *Cards) CurrencyOf(scheme Scheme) (string, error) {
	if m, ok := scheme.(markup); ok {
		scheme = m.base
	}
	return s.currency(scheme.Name())
}

// currency is the one that a scheme's cards are in; empty without any. Cards in several are refused: which of them an account
// pays in is not known here, and currencies are never mixed.
func (s *Cards) currency(scheme string) (string, error) {
	cards := s.byScheme[scheme]
	if len(cards) == 0 {
		return "", nil
	}
	for _, c := range cards {
		if c.Currency != cards[0].Currency {
			return "", &UsageError{Reason: fmt.Sprintf("the rate cards of %s are in %s and in %s; give a set with one currency", scheme, cards[0].Currency, c.Currency)}
		}
	}
	return cards[0].Currency, nil
}

// inEffect is the card that prices a charge at an instant: the latest that has begun by the account's calendar, and before the
// first one's day, the first; nil if there is none.
func (s *Cards) inEffect(scheme string, instant time.Time, account *time.Location) *Card {
	cards := s.byScheme[scheme]
	if len(cards) == 0 {
		return nil
	}
	if len(cards) == 1 {
		return cards[0]
	}
	today := DayOf(instant, account)
	card := cards[0]
	for _, c := range cards[1:] {
		if c.Effective.compare(today) > 0 {
			break
		}
		card = c
	}
	return card
}
