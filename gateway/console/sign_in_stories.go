package console

var signInStories = []story{
	{"sign-in", frame{Title: "Sign in", Page: "sign-in", View: signInView{Next: home}}},
	{"sign-in-wrong", frame{Title: "Sign in", Page: "sign-in", View: signInView{Next: home, Name: "Grace Example",
		Refusal: "This name and password do not belong together."}}},
	{"sign-in-too-often", frame{Title: "Sign in", Page: "sign-in", View: signInView{Next: home, Name: "Grace Example",
		Refusal: "There were too many attempts with a wrong password. Try again in 14 min, or ask for a link: that works at once."}}},
	{"sign-in-link-used", frame{Title: "Sign in", Page: "sign-in", View: signInView{Next: home,
		Refusal: "This link does not sign in any more: each works once and for a short while. Ask for a new one, or sign in with your password."}}},
}
