package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
)

// LogValue shows every value under its variable's name, for the line that a process logs when it starts. A list of
// secrets shows how many there are.
func (c Config) LogValue() slog.Value {
	v := reflect.ValueOf(c)
	var shown []slog.Attr
	for i := range v.NumField() {
		shown = append(shown, slog.String(v.Type().Field(i).Tag.Get("env"), show(v.Field(i).Interface())))
	}
	return slog.GroupValue(shown...)
}

// String shows what LogValue does, so that a Config that is printed by mistake gives nothing away.
func (c Config) String() string {
	var b strings.Builder
	for _, a := range c.LogValue().Group() {
		fmt.Fprintf(&b, "%s=%s ", a.Key, a.Value)
	}
	return strings.TrimSuffix(b.String(), " ")
}

func show(value any) string {
	secrets, ok := value.([]Secret)
	switch n := len(Reveal(secrets)); {
	case !ok:
		return fmt.Sprint(value)
	case n == 0:
		return ""
	case n == 1:
		return "set"
	default:
		return fmt.Sprintf("set (%d)", n)
	}
}
