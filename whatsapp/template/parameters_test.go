package template

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func positional(values ...string) Parameters { return Parameters{Body: Values{Positional: values}} }

func byName(values map[string]string) Parameters {
	return Parameters{Body: Values{Named: values}}
}

func TestParametersAreReadInThreeForms(t *testing.T) {
	for given, want := range map[string]Parameters{
		`["Ada","blue"]`:          positional("Ada", "blue"),
		` [ ]`:                    {},
		`{}`:                      {},
		`null`:                    {},
		`{"first_name":"Ada"}`:    byName(map[string]string{"first_name": "Ada"}),
		`{"body":"Ada"}`:          byName(map[string]string{"body": "Ada"}),
		`{"body":["Ada"]}`:        positional("Ada"),
		`{"header":["Sale"]}`:     {Header: Values{Positional: []string{"Sale"}}},
		`{"buttons":{"1":"x"}}`:   {Buttons: map[int]string{1: "x"}},
		`{"buttons":{"1":["x"]}}`: {Buttons: map[int]string{1: "x"}},
		`{"body":{"first_name":"Ada"},"header":{"shop":"Ours"},"buttons":{"0":"a","2":"b"}}`: {
			Body: Values{Named: map[string]string{"first_name": "Ada"}}, Header: Values{Named: map[string]string{"shop": "Ours"}},
			Buttons: map[int]string{0: "a", 2: "b"}},
	} {
		var p Parameters
		require.NoError(t, json.Unmarshal([]byte(given), &p), given)
		require.Equal(t, want, p, given)
	}
}

func TestParametersOfAnyOtherFormAreRefusedWithoutBeingQuoted(t *testing.T) {
	for _, given := range []string{`"Ada"`, `3`, `["Ada",3]`, `["Ada",null]`, `["Ada",["x"]]`, `[{"name":"Ada"}]`, `{"first_name":3}`, `{"first_name":null}`,
		`{"body":["Ada"],"first_name":"Ada"}`, `{"body":["Ada"],"bottom":["x"]}`, `{"buttons":{"one":"Ada"}}`, `{"buttons":{"1":["Ada","b"]}}`, `{"buttons":["Ada"]}`} {
		var p Parameters
		err := json.Unmarshal([]byte(given), &p)
		require.Error(t, err, given)
		require.NotContains(t, err.Error(), "Ada")
	}
}

func TestParametersAreWrittenShortlyAndAlwaysTheSame(t *testing.T) {
	for want, p := range map[string]Parameters{
		`[]`:                        {},
		`["Ada","blue"]`:            positional("Ada", "blue"),
		`{"a":"1","b":"2","c":"3"}`: byName(map[string]string{"c": "3", "a": "1", "b": "2"}),
		`{"body":["Ada"],"buttons":{"0":"a","10":"b"}}`: {Body: Values{Positional: []string{"Ada"}}, Buttons: map[int]string{10: "b", 0: "a"}},
		`{"body":[],"header":{"shop":"Ours"}}`:          {Header: Values{Named: map[string]string{"shop": "Ours"}}},
	} {
		b, err := json.Marshal(p)
		require.NoError(t, err)
		require.Equal(t, want, string(b))
	}
	_, err := json.Marshal(Values{Positional: []string{"a"}, Named: map[string]string{"b": "c"}})
	require.Error(t, err)
}

func TestParametersSurviveAWayThroughJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.Custom(func(t *rapid.T) Values {
			if list := rapid.SliceOf(rapid.String()).Draw(t, "list"); rapid.Bool().Draw(t, "by position") && len(list) > 0 {
				return Values{Positional: list}
			}
			names := rapid.MapOf(rapid.StringMatching(`[a-z][a-z0-9_]{0,8}|body|header|buttons`), rapid.String()).Draw(t, "names")
			if len(names) == 0 {
				names = nil
			}
			return Values{Named: names}
		})
		p := Parameters{Body: values.Draw(t, "body"), Header: values.Draw(t, "header")}
		if b := rapid.MapOf(rapid.IntRange(0, 9), rapid.String()).Draw(t, "buttons"); len(b) > 0 {
			p.Buttons = b
		}
		b, err := json.Marshal(p)
		require.NoError(t, err)
		var back Parameters
		require.NoError(t, json.Unmarshal(b, &back), string(b))
		require.Equal(t, p, back, string(b))
	})
}
