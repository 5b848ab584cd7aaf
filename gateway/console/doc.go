// Package console is the web console under /console: which conversations are about to be lost, and what can be done for them.
//
//	browser ─► headers, same origin? ─► session ─► route's scope? ─► page ─► client ─► the API's own handler (in this process)
//	   ▲                                                             │ view: a plain struct, all that the template shows
//	   │ live: "conversation X changed" (server-sent events)         ▼
//	   └── htmx asks for the same page again and morphs it ◄── template
//
// A file's name begins with its page's, and so do its templates, its sheet of style and its stories:
//
//	inbox         conversations by deadline: filters, search, pages
//	conversation  one of them: head, timeline, composer, kept reply, contact, why; _act does something in it, under _key's key
//	resume        a template is chosen, filled in, previewed and sent (templates/conversation_resume.html)
//	costs         charts, findings, windows, tariffs compared, CSV
//	campaigns     all of them; campaign: one. A draft: what there is to choose from (_desk), _form, _values, _change, _editor, _draft (saves
//	              as it is filled in), _quote, _launch (and its test); launched: _results, _charts, _recipients. campaign_words.go says
//	              what states, reasons and codes mean
//	contacts      a list, and contact: what the business knows of one; segments: saved filters, segment: one, with its count and _words
//	imports       files of contacts; import: one is handed on to the API as it comes, looked at, and applied
//	templates     with their use and what a review could object to (templates_page.go)
//	numbers       all business numbers; number: one. API ─► _form ─► page ─► _read ─► _rows (buttons) ─► _body ─► API
//	              number_scheme assigns a scheme, number_tariff shows the one in force (templates/number_tariff.html)
//	sign_in, account
//
// The others are what pages stand on: console.go (routes, who may), page.go (layout, failures), client.go (the API; client_stream.go:
// what is too long to be held), secure.go, session.go, address.go and own_path.go (who asks, from where, and where to go on), live.go,
// stories.go; and how times (times.go), money (money.go) and names (names.go) are written, and templates listed (template_list.go).
//
// A page has its routes, a view, and pure functions that make the view of what the API answers; a story is a view made of literals
// for each of its states. Templates and assets are embedded; nothing is fetched from elsewhere, and no script or style is inline (the
// Content-Security-Policy forbids it). What is done in the console is an API request of the person who has signed in, so gate,
// scopes, idempotency and audit are the API's.
//
// Live updates carry no content: they say what has changed, and the page asks for it again. So a page that was cut off needs
// nothing but to ask once more.
//
// Every form of a conversation carries a key that is the same until something has happened in it (conversation_key.go): however often
// it is sent, it is one request. Without scripts a form is answered with the address of the page, with htmx with the page. What the
// API refuses is said on the page itself, which then shows what is so now and still has what was typed (conversation_act.go); a
// refresh takes away nothing that is typed (assets/typed.js).
//
// Charts are drawn by charts.js from tables that stay on the page; amounts are written from micros, exactly (money.go).
//
// Who has signed in is found out anew at each request, by the session's cookie (session.go); a route that names no scope is refused to
// everybody. Signing in and the account page ask gateway/access itself: there is nothing about them in the API.
//
// It owns pages, their texts and their look, and the cookie. It does not own rules, prices, or who may do what (gateway/access).
package console
