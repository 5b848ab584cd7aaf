package intake

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWordsAreTakenAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]Keyword{
		"STOP": Stop, "stop": Stop, " Stop. ": Stop, "¡STOP!": Stop, "stop 🙏": Stop, "“stop”": Stop, "stop all": Stop, "opt-out": Stop,
		"ARRÊT": Stop, "arret": Stop, "Desinscription": Stop, "BAJA": Stop, "cancelar": Stop, "sair": Stop, "ſtop": Stop, "СТОП": Stop,
		"START": Start, "Começar": Start, "comecar": Start, "start...": Start,
		"": "", "...": "", "please stop": "", "stop it": "", "stopping": "", "don't stop": "", "non-stop": "", "bus stop": "", "🙏": "",
	} {
		require.Equal(t, want, builtIn.verdict([]string{text}), "%q", text)
	}
}

func TestEveryWordIsOneAndNoneIsBoth(t *testing.T) {
	for language, list := range startWords {
		for _, word := range list {
			require.Equal(t, Start, builtIn.verdict([]string{word}), "%s: %s", language, word)
		}
	}
	for language, list := range stopWords {
		for _, word := range list {
			require.Equal(t, Stop, builtIn.verdict([]string{word}), "%s: %s", language, word)
		}
	}
}
