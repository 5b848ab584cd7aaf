package template

// The sources of the phrases. The words themselves are ours: what the sources
// name, and what says the same.
const (
	aisensy = "AiSensy, Guidelines of WhatsApp template messages (community.aisensy.com), read October 2026"
	sirena  = "Sirena, Why is WhatsApp rejecting my templates (help.sirena.app), read October 2026"
	meta    = "Meta, Template categorization and Template review, read October 2026 (whatsapp.md, Templates)"
)

var nonMarketing = []string{"utility", "authentication"}

// shorteners are hosts whose addresses hide where they lead. Source: Meta,
// Template review; the hosts are the common ones of October 2026.
var shorteners = []string{"bit.ly", "bitly.com", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "v.gd", "buff.ly", "rebrand.ly",
	"cutt.ly",
	"rb.gy", "t.ly", "tiny.cc", "shorturl.at", "short.io", "bl.ink", "soo.gd", "s.id", "lnkd.in", "adf.ly", "shorte.st", "clck.ru",
	"qr.ae", "x.gd",
	"tny.im", "mcaf.ee", "dub.sh", "urlz.fr", "acortar.link", "encurtador.com.br", "l.ead.me", "tr.im", "bc.vc", "po.st", "surl.li", "kutt.it"}

var contentRules = compiled([]contentRule{
	{rule: "promotion", in: nonMarketing, source: aisensy + "; " + meta,
		reason: "It promotes products or offers: that is marketing.",
		phrases: []string{"new collection~", "new arrival~", "new product~", "new line of", "introducing", "just launched",
			"we launched", "launch offer",
			"check out our", "discover our", "explore our", "special offer~", "exclusive offer~", "limited offer~", "limited time", "great offer~",
			"our offer~", "offer ends", "offer expires", "offer valid", "special price~", "best price~", "lowest price~", "on sale",
			"flash sale", "big sale",
			"sale ends", "our sale", "summer sale", "winter sale", "clearance", "black friday", "cyber monday", "shop now", "buy now", "don't miss",
			"dont miss", "hurry", "hot deal~", "great deal~", "best deal~", "promo", "promotion", "promotions", "promotional",
			"while stocks last", "start your free trial", "try it free", "buy one get one",
			"nueva coleccion", "nuevos productos", "oferta especial", "oferta~ exclusiv~", "promocion", "promociones", "compra ahora",
			"no te lo pierdas", "rebajas",
			"nova colecao", "novos produtos", "lancamento~", "promocao", "promocoes", "compre agora", "nao perca", "aproveite a oferta",
			"aproveite nossas ofertas"}},
	{rule: "discount", in: nonMarketing, source: aisensy + "; " + sirena,
		reason: "It offers a discount or a discount code: that is marketing.",
		phrases: []string{"discount~", "% off", "percent off", "coupon~", "promo code~", "promocode~", "cashback", "cash back",
			"half price", "save # %", "save up to",
			"use * code * checkout", "code * at checkout", "use code * save", "use code * off", "descuento~", "cupon", "cupones",
			"codigo promocional", "desconto~", "cupom", "cupons"}},
	{rule: "voucher", in: nonMarketing, source: aisensy, unless: []string{"booking voucher~", "hotel voucher~", "travel voucher~",
		"payment voucher~"},
		reason: "It offers a voucher: that is marketing.",
		phrases: []string{"voucher~", "gift card~", "gift certificate~", "vale de regalo", "tarjeta~ de regalo", "vale compra~",
			"vale presente~", "cartao presente"}},
	{rule: "gift", in: nonMarketing, source: aisensy + "; " + sirena,
		reason: "It offers a gift: that is marketing.",
		phrases: []string{"free gift~", "gift for you", "special gift", "surprise gift", "a gift", "free sample~", "free product~",
			"freebie~", "goodies", "complimentary gift",
			"un regalo", "regalo gratis", "regalo para ti", "muestra~ gratis", "brinde~", "presente gratis", "amostra~ gratis"}},
	{rule: "survey", in: nonMarketing, source: aisensy + " (surveys that assess a service are fine); " + sirena,
		reason: "It asks for a survey that collects data: that is marketing. A question about a service just given is fine.",
		phrases: []string{"survey~", "questionnaire~", "poll", "market research", "tell us about yourself", "encuesta~",
			"cuestionario~", "pesquisa~", "questionario~"},
		unless: []string{"your experience", "how did we do", "how was your", "how was our", "rate your", "rate our", "rate us",
			"satisf~", "your recent *", "your last *", "your visit", "your stay", "your purchase",
			"your order", "your delivery", "your appointment", "service you received", "tu experiencia", "su experiencia", "tu visita",
			"su visita", "tu compra", "su compra", "sua experiencia",
			"sua compra", "sua visita", "seu atendimento"}},
	{rule: "game", in: nonMarketing, source: aisensy + " (anything that is a game of skill or chance)",
		reason: "It is about a game, a contest, a test or a quiz: that is marketing.",
		phrases: []string{"a contest", "our contest", "the contest", "contests", "quiz", "quizzes", "sweepstake~", "lottery",
			"lucky draw", "prize draw", "raffle~", "giveaway~", "give away", "spin the wheel", "scratch card~", "scratch and win",
			"play and win", "play * win", "chance to win", "win a", "win an", "you won", "you have won", "you've won", "prize",
			"prizes", "play * game~", "our game~", "new game~", "online game~", "take the test", "take our test", "take this test",
			"personality test", "test your knowledge", "trivia",
			"puzzle~", "bingo", "jackpot", "our competition", "concurso~", "sorteo~", "juego~ y gana", "gana un", "gana una", "premio~",
			"trivia~", "sorteio~", "concorra", "jogue", "ganhe um", "ganhe uma"}},
	{rule: "non_transactional", in: nonMarketing, source: aisensy,
		reason: "It is about no transaction of the customer's: that is marketing.",
		phrases: []string{"happy birthday", "happy new year", "merry christmas", "happy holidays", "happy diwali", "happy eid",
			"happy easter", "season's greetings", "seasons greetings", "happy anniversary", "did you know", "follow us",
			"newsletter~", "our blog", "tip of the day", "refer a friend", "invite your friends", "join our community",
			"join our group", "join our channel", "download our app", "like our page", "good morning from", "feliz cumpleanos",
			"feliz navidad",
			"feliz ano", "siguenos", "boletin", "feliz aniversario", "feliz natal", "siga nos", "indique um amigo"}},
	{rule: "cross_sell", in: nonMarketing, source: aisensy + "; " + sirena,
		reason: "It sells something more: that is marketing.",
		phrases: []string{"upgrade to", "upgrade your", "upgrade now", "you may also like", "you might also like", "you might like",
			"also bought", "bought together", "goes well with", "goes great with", "pair it with", "complete your look",
			"complete the look",
			"why not add", "add * to your order", "would you also like", "if you'd like we can", "if you would like we can",
			"recommended for you", "recommendation~ for you", "premium plan", "go premium", "related products",
			"tambien te puede gustar", "mejora tu plan", "quien compro",
			"voce tambien pode gostar", "faca upgrade", "quem comprou"}},
	{rule: "cold_outreach", in: nonMarketing, source: aisensy + `, "Is now a good time to talk?"; ` + sirena,
		reason: "It wants the customer to begin to talk, without a reason of theirs: that is cold outreach.",
		phrases: []string{"good time to talk", "good time to chat", "good time to speak", "good time for a call", "good moment to talk",
			"convenient time to talk", "free to talk", "free for a call", "free for a quick call", "when are you free",
			"tried to contact you", "tried to reach you but", "are you interested in", "would you be interested", "can we talk",
			"could we talk", "can i call you", "can we schedule a call", "minute~ to talk", "minutes to chat", "quick call",
			"quick chat",
			"just checking in", "love to connect", "buen momento para hablar", "podemos hablar", "le interesa", "te interesa",
			"bom momento para conversar", "podemos conversar", "tem interesse em"}},
	{rule: "marketing_as_utility", in: []string{"utility"}, source: meta,
		reason: "It wins a customer back: Meta counts that as marketing, even if it was asked for.",
		phrases: []string{"left something in your cart", "left * in your cart", "left * in your basket", "left * in your bag",
			"items in your cart", "item in your cart", "cart is waiting", "cart is about to expire", "your cart * waiting",
			"forgot something", "abandoned cart", "pick up where you left off", "pick up where we left off",
			"continue where you left off", "complete your purchase", "complete your checkout", "finish your purchase",
			"finish your order",
			"still interested", "still thinking about", "still looking for", "come back to", "come back and", "come back soon",
			"please come back", "we miss you", "we've missed you", "we have missed you", "miss you", "it's been a while",
			"it has been a while", "been a long time", "long time no see", "haven't seen you", "waiting for you to return",
			"dejaste * en tu carrito", "olvidaste * en tu carrito", "carrito te espera", "te extranamos", "te echamos de menos",
			"vuelve pronto", "vuelve a comprar", "completa tu compra", "deixou * no carrinho", "esqueceu * no carrinho",
			"seu carrinho * esperando", "sentimos sua falta",
			"volte a comprar", "finalize sua compra", "continue de onde parou"}},
	{rule: "renewal", in: []string{"utility"}, source: meta,
		reason: "It urges to renew: Meta counts that as marketing, even if it was asked for.",
		phrases: []string{"renew now", "renew today", "renew your", "renew it", "renew before", "renew early", "time to renew",
			"forget to renew", "want to renew", "like to renew", "click to renew", "tap to renew", "reply * to renew", "renew with us",
			"renueva tu", "renueve su", "renueva ahora",
			"renueva hoy", "renove sua", "renove seu", "renove agora", "renove ja"}},
	{rule: "threat", source: meta + "; " + aisensy + "; " + sirena,
		reason: "It threatens.",
		phrases: []string{"legal action", "legal proceedings", "legal consequences", "take * to court", "see you in court", "sue you",
			"we will sue", "report you to", "call the police", "inform the police", "go to the police", "get arrested", "be arrested",
			"arrest warrant", "go to jail", "be jailed", "expose you",
			"publicly expose", "shame you", "name and shame", "tell your family", "inform your family", "contact your family",
			"tell your friends", "tell your employer", "inform your employer", "contact your employer", "pay * or else",
			"you will regret", "final warning", "last warning", "debt collector~", "seize your",
			"blacklist~", "suffer the consequences", "face the consequences", "face consequences", "we know where you", "accion legal",
			"acciones legales", "demanda judicial", "a juicio", "atengase a las consecuencias", "ultimo aviso antes",
			"acao judicial", "medidas judiciais", "medidas legales",
			"medidas legais", "arque com as consequencias"}},
	{rule: "asks_for_id", source: meta + ": no card or id numbers",
		reason: "It asks for a card's or an identity document's number.",
		phrases: asking([]string{"card number", "credit card number", "debit card number", "cvv", "cvc", "card pin",
			"bank account number", "social security number", "ssn", "passport number", "national id", "national id number",
			"identity number", "id number", "aadhaar~", "pan number", "driver's license number",
			"numero de tarjeta", "numero de tu tarjeta", "numero de su tarjeta", "dni", "curp", "numero do cartao", "cpf"})},
})

// asking puts before each noun the verbs by which a text asks for it.
func asking(nouns []string) []string {
	var out []string
	for _, verb := range []string{"send", "send us", "share", "provide", "enter", "confirm", "reply with", "tell us", "give us",
		"submit", "verify", "need", "envia", "envie", "comparte", "comparta", "confirma", "confirme", "informe"} {
		for _, noun := range nouns {
			out = append(out, verb+" * "+noun)
		}
	}
	return out
}

// discountRule is the one that finds discounts.
var discountRule = func() *contentRule {
	for i := range contentRules {
		if contentRules[i].rule == "discount" {
			return &contentRules[i]
		}
	}
	panic("no rule finds discounts")
}()

// misspelt are common slips. Source of the rule: AiSensy, as above.
var misspelt = map[string]string{
	"recieve": "receive", "recieved": "received", "adress": "address", "occured": "occurred", "seperate": "separate",
	"definately": "definitely",
	"tommorow":   "tomorrow", "tommorrow": "tomorrow", "tomorow": "tomorrow", "untill": "until", "wich": "which", "thier": "their",
	"acount":   "account",
	"confimed": "confirmed", "confrimed": "confirmed", "delivary": "delivery", "delievery": "delivery", "deliverd": "delivered",
	"payement": "payment",
	"recipt":   "receipt", "reciept": "receipt", "appoinment": "appointment", "apointment": "appointment", "shedule": "schedule",
	"sheduled":  "scheduled",
	"succesful": "successful", "succesfully": "successfully", "sucessfully": "successfully", "thankyou": "thank you", "plase": "please",
	"pleae":   "please",
	"custmer": "customer", "costumer": "customer", "oder": "order", "shiped": "shipped", "teh": "the", "adn": "and", "yuor": "your",
	"availble": "available", "avaliable": "available",
	"calender": "calendar", "reminde": "reminder", "reservaton": "reservation", "verfication": "verification",
	"cancelation": "cancellation", "recieving": "receiving",
}
