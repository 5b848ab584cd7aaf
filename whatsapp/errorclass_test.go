package whatsapp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryCodeHasItsClass(t *testing.T) {
	for class, codes := range map[ErrorClass][]int{
		ClassRetry:             {1, 2, 131000, 131016, 133004, 131057},
		ClassThrottle:          {4, 80007, 130429},
		ClassPairThrottle:      {131056},
		ClassWindowClosed:      {131047},
		ClassWait24h:           {131049},
		ClassSuppressMarketing: {131050, 130472},
		ClassSuppress:          {131026, 131021},
		ClassTemplateFault:     {132001, 132007, 132015, 132016},
		ClassRequestFault:      {100, 131008, 131009, 131051, 131053, 132000, 132005, 132012, 132018},
		ClassSenderPaused:      {131048, 368, 131031, 130497, 131042, 131045, 135000},
		ClassAuth:              {0, 3, 10, 190, 200, 201, 250, 299, 131005},
		ClassRegistration:      {133000, 133001, 133003, 133005, 133006, 133010, 133015, 133016, 133999},
		ClassUnknown:           {-1, 5, 199, 300, 99, 101, 131001, 132999, 134000, 131046, 131058, 1 << 40},
	} {
		for _, code := range codes {
			require.Equal(t, class, ClassOf(code), "code %d", code)
		}
	}
}

func TestEveryClassHasASentenceForPeople(t *testing.T) {
	said := map[string]bool{}
	for class := range classSentences {
		s := class.Sentence()
		require.True(t, strings.HasSuffix(s, "."), class)
		require.False(t, said[s], "each its own: %s", s)
		said[s] = true
	}
	for _, class := range classes {
		require.Contains(t, classSentences, class)
	}
	require.Equal(t, ClassUnknown.Sentence(), ErrorClass("of tomorrow").Sentence())
}

func TestCheckText(t *testing.T) {
	for name, tc := range map[string]struct{ text, reason string }{
		"one character":             {"👍", ""},
		"4096 characters":           {strings.Repeat("é", 4096), ""},
		"4097 characters":           {strings.Repeat("é", 4097), "too_long"},
		"nothing":                   {"", "empty"},
		"nothing but white space":   {" \n\t\u00a0", "empty"},
		"what is not UTF-8":         {"Hello \xff", "invalid_utf8"},
		"what is not UTF-8 or more": {"\xff", "invalid_utf8"},
		"a NUL":                     {"Hello \x00", "control_character"},
		"several lines":             {"Hello,\n\tAda", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckText(tc.text)
			if tc.reason == "" {
				require.NoError(t, err)
				return
			}
			var wrong *TextError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, []string{"text", tc.reason}, []string{wrong.Field, wrong.Reason})
			require.NotEmpty(t, wrong.Sentence)
			require.NotContains(t, fmt.Sprint(err, wrong.Sentence), "Hello")
		})
	}
}
