package template

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

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

func named(name string) func(*Template)    { return func(t *Template) { t.Name = name } }
func language(code string) func(*Template) { return func(t *Template) { t.Language = code } }
func noSamples(t *Template)                { t.Components[0].Example = nil }
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

func TestLintOfContent(t *testing.T) {
	for _, tc := range []struct {
		category, body string
		want           []string
	}{
		// What utility is for.
		{"utility", "Your appointment on {{1}} is confirmed. Reply C to cancel.", nil},
		{"utility", "Hi {{1}}, how was your visit? Please rate your experience in this short survey.", nil},
		{"utility", "Your payment of {{1}} is due on {{2}}. Please pay by then.", nil},
		{"utility", "Your subscription will renew on {{1}} for {{2}} per month.", nil},
		{"utility", "Sorry we could not answer you yesterday. To go on with this conversation, reply *yes*.", nil},
		{"utility", "Your test results of {{1}} are ready in the portal.", nil},
		{"utility", "Hello {{1}}, we wish to contest this charge on your behalf.", nil},
		// AiSensy's list.
		{"utility", "Check out our new collection of shoes today.", []string{"promotion body"}},
		{"utility", "Your order has come. Get 20% off your next one.", []string{"discount body"}},
		{"utility", "Your order has come. Use code SAVE20 next time.", []string{"discount body"}},
		{"utility", "Dear {{1}}, here is your voucher for the shop.", []string{"voucher body"}},
		{"utility", "Claim your FREE GIFT today, {{1}}!", []string{"gift body"}},
		{"utility", "We would like to learn about you. Take our short survey.", []string{"survey body"}},
		{"utility", "Take part in our contest, {{1}}, it is easy.", []string{"game body"}},
		{"utility", "Take the test and see who you are.", []string{"game body"}},
		{"utility", "A new quiz waits for you.", []string{"game body"}},
		{"utility", "Happy birthday, {{1}}, from all of us.", []string{"non_transactional body"}},
		{"utility", "Here are your tickets. You may also like a hotel.", []string{"cross_sell body"}},
		{"utility", "Is now a good time to talk?", []string{"cold_outreach body"}},
		{"utility", "Your adress has been changed.", []string{"spelling body"}},
		{"utility", "Your order      has come.", []string{"formatting body"}},
		{"utility", "Your order  has come!!!", []string{"(formatting body)", "(formatting body)"}},
		{"utility", "Your *order has come.", []string{"(formatting body)"}},
		{"utility", "Your order has has come.", []string{"(spelling body)"}},
		{"authentication", "Your code is {{1}}. Get 20% off too.", []string{"discount body"}},
		// Marketing that says it is utility.
		{"utility", "You left something in your cart, {{1}}!", []string{"marketing_as_utility body"}},
		{"utility", "You left these great shoes in your cart.", []string{"marketing_as_utility body"}},
		{"utility", "Pick up where you left off, {{1}}.", []string{"marketing_as_utility body"}},
		{"utility", "Your plan ends soon. Renew now.", []string{"renewal body"}},
		// Other languages, accents and disguises.
		{"utility", "Aprovecha: 20 % de DESCUENTO en todo.", []string{"discount body"}},
		{"utility", "Você deixou algo no carrinho.", []string{"marketing_as_utility body"}},
		{"utility", "Don’t *miss* it.", []string{"promotion body"}},
		// Marketing may say so.
		{"marketing", "You left something in your cart. Get 20% off with code SAVE20, and a free gift!!!", nil},
		// What nobody may.
		{"marketing", "Pay now, or we will take legal action.", []string{"threat body"}},
		{"utility", "Pay, {{1}}, or we will tell your family.", []string{"threat body"}},
		{"marketing", "See https://bit.ly/3abc for more.", []string{"url_shortener body"}},
		{"marketing", "See tinyurl.com/abc, it is good.", []string{"url_shortener body"}},
		{"marketing", "See https://orbit.ly/3abc or https://abit.lyon.example for more.", nil},
		{"marketing", "Is 4111 1111 1111 1111 still your card?", []string{"card_number body"}},
		{"marketing", "Your parcel 4111 1111 1111 1112 is here.", nil},
		{"marketing", "Is 078-05-1120 still right?", []string{"id_number body"}},
		{"utility", "Please reply with your credit card number.", []string{"asks_for_id body"}},
		{"utility", "Your card number ending in {{1}} was charged.", nil},
	} {
		t.Run(tc.category+": "+tc.body, func(t *testing.T) {
			require.ElementsMatch(t, tc.want, rules(Lint(good(tc.category, tc.body))))
		})
	}
	t.Run("stands in headers, footers, buttons and samples as well", func(t *testing.T) {
		require.ElementsMatch(t, []string{"promotion header", "discount footer", "promotion buttons.0", "url_shortener buttons.1", "card_number body.1"},
			rules(Lint(good("utility", order, authBody("4111111111111111"), header("Flash sale"), footer("10% off"),
				buttons(quick("Shop now"), link("https://bit.ly/{{1}}"))))))
	})
}

func TestLintOfAuthentication(t *testing.T) {
	const body = "*{{1}}* is your verification code. For your security, do not share this code."
	otp := Button{Type: "URL", Text: "Copy code", URL: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}
	for name, tc := range map[string]struct {
		template Template
		want     []string
	}{
		"as Meta writes it": {good("authentication", body, authBody("123456"), buttons(otp)), nil},
		"as one asks for it": {Template{Name: "otp", Language: "en_US", Category: "authentication",
			Components: []Component{{Type: "BODY"}, {Type: "BUTTONS", Buttons: []Button{{Type: "OTP"}}}}}, nil},
		"a sample of 15":      {good("authentication", body, authBody(repeat("é", 15))), nil},
		"a sample of 16":      {good("authentication", body, authBody(repeat("é", 16))), []string{"authentication_parameter body.1"}},
		"an address":          {good("authentication", body+" See www.shop.example there.", authBody("1")), []string{"authentication_url body"}},
		"a button's address":  {good("authentication", body, authBody("1"), buttons(link("https://shop.example"))), []string{"authentication_url buttons.0"}},
		"an emoji":            {good("authentication", body+" 👍", authBody("1")), []string{"authentication_emoji body"}},
		"a picture":           {good("authentication", body, authBody("1"), func(t *Template) { t.Components = append(t.Components, Component{Type: "HEADER", Format: "IMAGE"}) }), []string{"authentication_media header"}},
		"signs of no picture": {good("authentication", body+" © 2026 Café", authBody("1")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.ElementsMatch(t, tc.want, rules(Lint(tc.template)))
		})
	}
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

func TestEveryContentRuleNamesItsSource(t *testing.T) {
	for _, r := range contentRules {
		require.NotEmpty(t, r.source, r.rule)
		require.NotEmpty(t, r.reason, r.rule)
	}
}

// Each phrase, written as people do, must be found: a typing slip in the data
// would otherwise never show.
func TestEveryPhraseIsFound(t *testing.T) {
	for i := range contentRules {
		r := &contentRules[i]
		for _, phrase := range r.phrases {
			text := strings.NewReplacer("~", "", "*", "some words", "#", "20").Replace(phrase)
			require.True(t, r.find.MatchString(fold("Well, "+strings.ToUpper(text)+"!")), "%s: %s", r.rule, phrase)
			require.Equal(t, strings.ToLower(phrase), phrase)
		}
	}
}

func FuzzLint(f *testing.F) {
	f.Add(order, "Header {{1}}", "https://shop.example/{{1}}", "utility")
	f.Add("{{1}}{{2}} \xff {{ {{{1}}}", "{{99999999999999999999}}", "%zz{{", "authentication")
	f.Add("***__~~ 4111 1111 1111 1111 1", "", "https://", "marketing")
	f.Fuzz(func(t *testing.T, body, head, url, category string) {
		template := Template{Name: body, Language: head, Category: category, Components: []Component{
			{Type: "BODY", Text: body, Example: &Example{BodyText: SampleRows{{head}}, BodyNamed: []NamedSample{{body, url}}}},
			{Type: "HEADER", Text: head, Example: &Example{HeaderText: Samples{url}}},
			{Type: "FOOTER", Text: url}, {Type: head},
			{Type: "BUTTONS", Buttons: []Button{{Type: "URL", Text: head, URL: url}, {Type: category, URL: body}}},
		}}
		for _, finding := range Lint(template) {
			require.NotEmpty(t, finding.Rule)
			require.NotEmpty(t, finding.Place)
			require.True(t, utf8.ValidString(finding.Reason))
		}
		p := Parameters{Body: Values{Positional: []string{url}}, Header: Values{Named: map[string]string{head: body}}, Buttons: map[int]string{0: body, -1: url}}
		_ = template.Check(p)
		_ = template.Fill(p)
		_ = template.Preview(p)
	})
}
