package intake

import (
	"encoding/json"
	"maps"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Keyword is what a message asks for that consists of one word: to be written to no more, or again.
type Keyword string

// STOP opts out of marketing, START undoes that.
const (
	Stop  Keyword = "stop"
	Start Keyword = "start"
)

// stopWords are the words that opt a contact out, by language, as people write them; case, accents and what stands around
// them do not matter. A business number may have its own for a language. They count in every language at once, because a
// contact's is not known. Words that customers use of their orders rather than of us ("end", "fin", "quit") are left out.
var stopWords = map[string][]string{
	"ar": {"توقف", "إيقاف", "الغاء الاشتراك"},
	"cs": {"stop", "odhlásit"},
	"da": {"stop", "afmeld", "stopp"},
	"de": {"stop", "stopp", "abmelden", "abbestellen", "keine werbung"},
	"en": {"stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "opt-out", "cancel"},
	"es": {"stop", "baja", "parar", "cancelar", "darse de baja", "dar de baja", "alto"},
	"fi": {"stop", "seis", "lopeta"},
	"fr": {"stop", "arret", "arrêter", "desabonner", "se désabonner", "désinscription"},
	"he": {"הסר", "עצור"},
	"hi": {"रोकें", "बंद करें"},
	"id": {"stop", "berhenti"},
	"it": {"stop", "ferma", "basta", "cancellami", "disiscrivimi"},
	"ms": {"berhenti", "henti"},
	"nl": {"stop", "stoppen", "afmelden", "uitschrijven"},
	"no": {"stopp", "stop", "avmeld"},
	"pl": {"stop", "wypisz", "rezygnuje"},
	"pt": {"stop", "sair", "parar", "pare", "cancelar", "descadastrar", "remover"},
	"ro": {"stop", "dezabonare"},
	"ru": {"стоп", "отписаться", "отписка"},
	"sv": {"stopp", "stop", "avsluta", "avregistrera"},
	"tr": {"dur", "durdur", "iptal", "ret"},
	"uk": {"стоп", "відписатися"},
}

// startWords undo an opt-out. Who has never opted out is opted in by none of them (db/migrations, contact_permissions).
var startWords = map[string][]string{
	"ar": {"ابدأ", "اشتراك"},
	"de": {"start", "anmelden"},
	"en": {"start", "unstop", "subscribe", "optin", "opt in", "opt-in", "resume"},
	"es": {"start", "alta", "empezar", "suscribir", "reanudar"},
	"fr": {"start", "reprendre", "abonner", "s'abonner"},
	"id": {"mulai"},
	"it": {"start", "inizia", "iscrivimi"},
	"nl": {"start", "aanmelden", "inschrijven"},
	"pl": {"start", "zapisz"},
	"pt": {"start", "voltar", "começar", "inscrever", "entrar"},
	"ru": {"старт", "подписаться"},
	"sv": {"start", "starta"},
	"tr": {"basla", "başlat"},
}

// words are what the words of one business number ask for.
type words map[string]Keyword

var builtIn = compile(stopWords)

// compile puts all languages into one list. A word that is both stops: to write to nobody by mistake goes before writing.
func compile(stops map[string][]string) words {
	w := words{}
	for _, list := range startWords {
		for _, word := range list {
			w[fold(word)] = Start
		}
	}
	for _, list := range stops {
		for _, word := range list {
			w[fold(word)] = Stop
		}
	}
	delete(w, "")
	return w
}

// wordsOf are a number's words: its own by language, as {"en": ["stop"]}, and the built-in ones in all other languages. What
// cannot be read is as if it were not there: a setting must not cost a message. Few numbers have their own, so what they
// come to is kept.
func (s *Store) wordsOf(own json.RawMessage) words {
	if len(own) == 0 {
		return builtIn
	}
	if known, ok := s.words.Load(string(own)); ok {
		return known.(words)
	}
	w := builtIn
	var byLanguage map[string][]string
	if json.Unmarshal(own, &byLanguage) == nil {
		stops := maps.Clone(stopWords)
		maps.Copy(stops, byLanguage)
		w = compile(stops)
	}
	s.words.Store(string(own), w)
	return w
}

// verdict is what a message asks for that says one of these texts, and nothing else.
func (w words) verdict(says []string) Keyword {
	for _, text := range says {
		if len(text) > maxKeyword {
			continue
		}
		if k := w[fold(text)]; k != "" {
			return k
		}
	}
	return ""
}

// maxKeyword bounds, in bytes, what may be one word or two; the rest is not looked at.
const maxKeyword = 128

// saidBy lists what of a message may be such a word: what the contact has written, or the button that it has pressed.
func saidBy(messageType string, texts ...string) []string {
	switch messageType {
	case "text", "button", "interactive":
		return texts
	}
	return nil
}

// fold makes texts alike that people take to be the same: without case, accents, and whatever stands around the words.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Cf, r) {
			b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
		}
	}
	return strings.TrimFunc(strings.Join(strings.Fields(b.String()), " "), func(r rune) bool {
		return unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r)
	})
}
