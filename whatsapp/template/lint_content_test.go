package template

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
		{"utility", "Good news! Your order #{{1}} is on its way. Track it with the button below.", nil},
		{"utility", "Hi {{1}}, your table for {{2}} at {{3}} is booked. We look forward to your visit!", nil},
		{"utility", "Your refund of {{1}} has been sent to the card ending in {{2}}. It takes up to 5 days.", nil},
		{"utility", "Reminder: your appointment with Dr. {{1}} is tomorrow at {{2}}. Reply 1 to confirm, or else 2 to change it.", nil},
		{"utility", "We tried to deliver your parcel {{1}} today, but nobody was at home. When are you available?", nil},
		{"utility", "Your payment failed. Please update your payment method by {{1}} to keep your plan.", nil},
		{"utility", "Your flight {{1}} on {{2}} is delayed. The new time of departure is {{3}}. We are sorry.", nil},
		{"utility", "Your booking voucher {{1}} is attached. Show it at the hotel's desk.", nil},
		{"utility", "Hola {{1}}, tu pedido {{2}} está en camino. Gracias por tu compra.", nil},
		{"utility", "Olá {{1}}, seu pagamento de R$ {{2}} foi confirmado. Obrigado!", nil},
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
