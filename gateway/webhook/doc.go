// Package webhook is the door for the provider's webhooks: GET and POST /webhooks/whatsapp.
//
//	bytes (at most 3 MB) ──▶ signature over the bytes ──▶ intake: one transaction ──▶ 200
//	        413                     401                          503
//
// It owns the answers. It does not own what a body means (reengage/intake), nor its shape (reengage/whatsapp): a body that
// is signed is taken whatever it holds, because the provider repeats for days what is refused.
//
// Why failure is safe: 200 is said only after the commit, so what is acknowledged is stored. Whatever else goes wrong is a
// 503, and the provider sends the body again; what was stored then is a duplicate. A caller that hangs up does not stop the
// transaction. No answer repeats anything of the request, except the challenge to one who knows the token.
package webhook
