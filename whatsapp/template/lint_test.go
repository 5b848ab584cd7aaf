package template

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// good is a template to which nobody objects, with change applied to it.
func good(category, body string, change ...func(*Template)) Template {
	t := Template{Name: "your_order", Language: "en_US", Category: category,
		Components: []Component{{Type: "BODY", Text: body, Example: samples(body)}}}
	for _, c := range change {
		c(&t)
	}
	return t
}

// samples gives every variable of a text one.
func samples(text string) *Example {
	names, named := variables(text)
	e := &Example{}
	row := []string{}
	for i, name := range names {
		if named {
			e.BodyNamed = append(e.BodyNamed, NamedSample{name, fmt.Sprintf("sample %d", i+1)})
			e.HeaderNamed = e.BodyNamed
		}
		row = append(row, fmt.Sprintf("sample %d", i+1))
	}
	e.BodyText, e.HeaderText = SampleRows{row}, row
	return e
}

func header(text string) func(*Template) {
	return func(t *Template) {
		t.Components = append(t.Components, Component{Type: "HEADER", Format: "TEXT", Text: text, Example: samples(text)})
	}
}

func footer(text string) func(*Template) {
	return func(t *Template) { t.Components = append(t.Components, Component{Type: "FOOTER", Text: text}) }
}

func buttons(all ...Button) func(*Template) {
	return func(t *Template) { t.Components = append(t.Components, Component{Type: "BUTTONS", Buttons: all}) }
}

func quick(text string) Button { return Button{Type: "QUICK_REPLY", Text: text} }

func link(url string) Button {
	return Button{Type: "URL", Text: "See", URL: url, Example: Samples{"x"}}
}

func phone() Button { return Button{Type: "PHONE_NUMBER", Text: "Call", PhoneNumber: "+12025550100"} }

func named(name string) func(*Template) { return func(t *Template) { t.Name = name } }

func language(code string) func(*Template) { return func(t *Template) { t.Language = code } }

func noSamples(t *Template) { t.Components[0].Example = nil }

func authBody(sample string) func(*Template) {
	return func(t *Template) { t.Components[0].Example = &Example{BodyText: SampleRows{{sample}}} }
}

// rules are the findings in short: `rule place`, warnings in brackets.
func rules(found []Finding) []string {
	out := []string{}
	for _, f := range found {
		short := f.Rule + " " + f.Place
		if f.Severity == Warning {
			short = "(" + short + ")"
		}
		out = append(out, short)
	}
	return out
}

const order = "Your order {{1}} has been shipped. Thank you."

func repeat(s string, n int) string { return strings.Repeat(s, n) }

func TestLintOfForm(t *testing.T) {
	for name, tc := range map[string]struct {
		template Template
		want     []string
	}{
		"nothing to find":                 {good("utility", order), nil},
		"named variables":                 {good("utility", "Your order {{order_id}} of {{day}} has been shipped."), nil},
		"a name in capitals":              {good("utility", order, named("Your_order")), []string{"name name"}},
		"a name with a hyphen":            {good("utility", order, named("your-order")), []string{"name name"}},
		"a name of 512":                   {good("utility", order, named(repeat("a", 512))), nil},
		"a name of 513":                   {good("utility", order, named(repeat("a", 513))), []string{"name name"}},
		"no name":                         {good("utility", order, named("")), []string{"name name"}},
		"no language":                     {good("utility", order, language("")), []string{"language language"}},
		"a language with a hyphen":        {good("utility", order, language("en-US")), nil},
		"a category nobody has":           {good("transactional", order), []string{"category category"}},
		"no body":                         {Template{Name: "a", Language: "en", Category: "utility"}, []string{"body_missing body"}},
		"a blank body":                    {good("utility", " \n"), []string{"body_missing body"}},
		"a body of 1024":                  {good("utility", repeat("é", 1024)), nil},
		"a body of 1025":                  {good("utility", repeat("é", 1025)), []string{"body_length body"}},
		"too long with its samples":       {good("utility", repeat("é", 1015)+" {{1}} x", func(t *Template) { t.Components[0].Example.BodyText[0][0] = repeat("y", 10) }), []string{"body_length body"}},
		"a header of 60":                  {good("utility", order, header(repeat("é", 60))), nil},
		"a header of 61":                  {good("utility", order, header(repeat("é", 61))), []string{"header_length header"}},
		"a header with two variables":     {good("utility", order, header("Order {{1}} of {{2}} now")), []string{"header_variables header"}},
		"a header that ends with one":     {good("utility", order, header("Order {{1}}")), []string{"(variable_last header)"}},
		"an empty header":                 {good("utility", order, header("")), []string{"header_empty header"}},
		"a header of music":               {good("utility", order, func(t *Template) { t.Components = append(t.Components, Component{Type: "HEADER", Format: "MUSIC"}) }), []string{"header_format header"}},
		"a footer of 60":                  {good("utility", order, footer(repeat("é", 60))), nil},
		"a footer of 61":                  {good("utility", order, footer(repeat("é", 61))), []string{"footer_length footer"}},
		"a footer with a variable":        {good("utility", order, footer("By {{1}} only")), []string{"footer_variables footer"}},
		"two bodies":                      {good("utility", order, func(t *Template) { t.Components = append(t.Components, t.Components[0]) }), []string{"component_twice body"}},
		"a part nobody has heard of":      {good("utility", order, func(t *Template) { t.Components = append(t.Components, Component{Type: "TAIL"}) }), []string{"component_type components"}},
		"a carousel":                      {good("marketing", order, func(t *Template) { t.Components = append(t.Components, Component{Type: "CAROUSEL"}) }), []string{"(unchecked_part carousel)"}},
		"a gap in the numbers":            {good("utility", "Order {{1}} of {{3}} has come."), []string{"variable_sequence body"}},
		"numbers from 0":                  {good("utility", "Order {{0}} has come."), []string{"variable_sequence body"}},
		"numbers in another order":        {good("utility", "Order {{2}} of {{1}} has come, {{2}} it is."), nil},
		"names and numbers":               {good("utility", "Order {{1}} of {{day}} has come."), []string{"variable_mixed body"}},
		"a name with capitals":            {good("utility", "Order {{Order}} has come."), []string{"variable_name body"}},
		"a brace too few":                 {good("utility", "Order {{1} has come."), []string{"variable_braces body"}},
		"a brace too many":                {good("utility", "Order {1}} has come."), []string{"variable_braces body"}},
		"single braces":                   {good("utility", "Order {1} has come."), []string{"variable_braces body"}},
		"a variable with a space in it":   {good("utility", "Parcel {{order id}} has come."), []string{"variable_braces body"}},
		"empty braces":                    {good("utility", "Order {{}} has come."), []string{"variable_braces body"}},
		"a variable first":                {good("utility", "{{1}}, your order has come."), []string{"variable_first body"}},
		"a variable first, in bold":       {good("utility", " *{{1}}*, your order has come."), []string{"variable_first body"}},
		"a variable last":                 {good("utility", "Your order has come, {{1}}"), []string{"variable_last body"}},
		"a full stop after it":            {good("utility", "Your order has come, {{1}}."), nil},
		"two variables together":          {good("utility", "Order {{1}} {{2}} has come."), []string{"variable_adjacent body"}},
		"no samples":                      {good("utility", order, noSamples), []string{"variable_sample body"}},
		"an empty sample":                 {good("utility", order, authBody(" ")), []string{"variable_sample body"}},
		"damaged characters":              {good("utility", "Your order has \xff come."), []string{"encoding body"}},
		"ten buttons":                     {good("utility", order, buttons(tenReplies()...)), nil},
		"eleven buttons":                  {good("utility", order, buttons(append(tenReplies(), quick("k"))...)), []string{"buttons_count buttons"}},
		"two addresses and a phone":       {good("utility", order, buttons(link("https://shop.example/a"), link("https://shop.example/{{1}}"), phone())), nil},
		"three addresses":                 {good("utility", order, buttons(link("https://a.example"), link("https://b.example"), link("https://c.example"))), []string{"buttons_url_count buttons"}},
		"two phones":                      {good("utility", order, buttons(phone(), phone())), []string{"buttons_phone_count buttons"}},
		"two codes":                       {good("marketing", order, buttons(Button{Type: "COPY_CODE", Example: Samples{"A"}}, Button{Type: "COPY_CODE", Example: Samples{"A"}})), []string{"buttons_code_count buttons"}},
		"a code without a sample":         {good("marketing", order, buttons(Button{Type: "COPY_CODE"})), []string{"variable_sample buttons.0"}},
		"quick replies before the rest":   {good("utility", order, buttons(quick("a"), quick("b"), phone())), nil},
		"quick replies after the rest":    {good("utility", order, buttons(phone(), quick("a"), quick("b"))), nil},
		"quick replies apart":             {good("utility", order, buttons(quick("a"), phone(), quick("b"))), []string{"buttons_grouping buttons"}},
		"quick replies in between":        {good("utility", order, buttons(link("https://a.example"), quick("a"), phone())), []string{"buttons_grouping buttons"}},
		"a button's text of 25":           {good("utility", order, buttons(quick(repeat("é", 25)))), nil},
		"a button's text of 26":           {good("utility", order, buttons(quick(repeat("é", 26)))), []string{"button_text_length buttons.0"}},
		"a button without text":           {good("utility", order, buttons(quick(" "))), []string{"button_text buttons.0"}},
		"a button's text with a variable": {good("utility", order, buttons(quick("Yes {{1}}"))), []string{"button_text_variable buttons.0"}},
		"an address of 2000":              {good("utility", order, buttons(link("https://shop.example/"+repeat("a", 1979)))), nil},
		"an address of 2001":              {good("utility", order, buttons(link("https://shop.example/"+repeat("a", 1980)))), []string{"button_url_length buttons.0"}},
		"an address with two variables":   {good("utility", order, buttons(link("https://shop.example/{{1}}/{{2}}"))), []string{"button_url_variables buttons.0"}},
		"an address' variable inside":     {good("utility", order, buttons(link("https://shop.example/{{1}}/see"))), []string{"button_url_variable_end buttons.0"}},
		"an address' braces":              {good("utility", order, buttons(link("https://shop.example/{{1}"))), []string{"variable_braces buttons.0"}},
		"an address without a sample":     {good("utility", order, buttons(Button{Type: "URL", Text: "See", URL: "https://shop.example/{{1}}"})), []string{"variable_sample buttons.0"}},
		"an address that is none":         {good("utility", order, buttons(link("shop"))), []string{"button_url buttons.0"}},
		"a phone button without a phone":  {good("utility", order, buttons(Button{Type: "PHONE_NUMBER", Text: "Call"})), []string{"button_phone buttons.0"}},
		"a button without a type":         {good("utility", order, buttons(Button{Text: "Yes"})), []string{"button_type buttons.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.ElementsMatch(t, tc.want, rules(Lint(tc.template)))
		})
	}
}

func tenReplies() []Button {
	var out []Button
	for i := range 10 {
		out = append(out, quick(string(rune('a'+i))))
	}
	return out
}

func TestLintAllWarnsWhenATenthOfTheLimitIsLeft(t *testing.T) {
	list := func(n int) []Template {
		var out []Template
		for i := range n {
			out = append(out, good("utility", order, named(fmt.Sprintf("t%d", i))), good("utility", order, named(fmt.Sprintf("t%d", i)), language("de")))
		}
		return out
	}
	require.Empty(t, LintAll(list(224), LimitUnverified), "translations do not count")
	require.Equal(t, []string{"(template_limit templates)"}, rules(LintAll(list(225), LimitUnverified)))
	require.Empty(t, LintAll(list(225), LimitVerified))
	require.Equal(t, []string{"name name"}, rules(LintAll([]Template{good("utility", order, named("X"))}, LimitUnverified)))
}
