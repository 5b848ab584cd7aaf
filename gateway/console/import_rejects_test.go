package console

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARejectedRowIsShownAsItStoodWithTheReasonBeforeIt(t *testing.T) {
	v := readRejects("\ufeffphone,name,import_line,import_code,import_reason\r\n" +
		"'+44 7700,\"'=1+1\",3,phone,the phone is too short\r\n" +
		"'+12025550101,O'Neil,4,columns,the row has more cells,one,more\r\n")
	require.Equal(t, []string{"phone", "name"}, v.Head)
	require.Equal(t, []rejectRow{
		{"3", "the phone is too short", []string{"+44 7700", "=1+1"}},
		{"4", "the row has more cells", []string{"+12025550101", "O'Neil", "one", "more"}},
	}, v.Rows)
	require.False(t, v.More)
}

func TestWhatIsNoFileOfRejectsIsNotShown(t *testing.T) {
	require.Nil(t, readRejects(""))
	require.Nil(t, readRejects("phone,name\r\n"))
}
