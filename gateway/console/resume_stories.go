package console

import (
	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

var resumeStories = []story{
	resumeStory("open", filledForm{Resume: true}, nil, nil),
	resumeStory("preview", storyFilled(), storyShown(func(p *api.TemplatePreview) {}), nil),
	resumeStory("missing", filledForm{Resume: true, Template: "order_update/en_GB"}, storyShown(func(p *api.TemplatePreview) {
		p.Shown.Body = "Hello {{1}},\nyour order {{2}} has left our workshop."
		p.Sendable = false
	}), nil),
	resumeStory("wrong", storyFilled(), storyShown(func(p *api.TemplatePreview) {
		p.Sendable, p.Problems = false, []api.FieldError{{Field: "parameters.body.2", Detail: "The parameter body.2 contains a tab."}}
	}), nil),
	resumeStory("unpriced", storyFilled(), storyShown(func(p *api.TemplatePreview) {
		p.Price, p.PriceNote = nil, "no rate card states its price: utility, GB"
	}), nil),
	resumeStory("refused", storyFilled(), storyShown(func(p *api.TemplatePreview) {}),
		noticeOf(&api.Problem{Status: 409, Code: "send_in_progress", Detail: "another template is on its way, and it is not known yet what becomes of it"})),
	claimStory("nobodys", func(d *dossier) {}),
	claimStory("claimed-by-another", func(d *dossier) { d.claimed("Joan Example") }),
	claimStory("window-open", func(d *dossier) { *d = storyDossier() }),
	templateStory(),
}

func resumeStory(name string, filled filledForm, p *api.TemplatePreview, n *notice) story {
	d := storyDossier()
	d.closed(conversation.Resuming)
	d.claimed(storyReader.Name)
	return resumeFrame("resume-"+name, resumeOf(d, filled, p, n))
}

// claimStory is of one who has not claimed the conversation.
func claimStory(name string, change func(*dossier)) story {
	d := storyDossier()
	d.closed(conversation.Expired)
	change(&d)
	return resumeFrame("resume-"+name, resumeOf(d, filledForm{Resume: true, Keep: "Yes, it is still there."}, nil, nil))
}

// templateStory is of an open window, in which a template is sent in place of a message.
func templateStory() story {
	filled := storyFilled()
	filled.Resume = false
	return resumeFrame("template-in-open-window", resumeOf(storyDossier(), filled, storyShown(func(p *api.TemplatePreview) {}), nil))
}

func resumeFrame(name string, v resumeView) story {
	return story{name, frame{Title: "Resume", Here: "inbox", Page: "conversation/resume", View: v}}
}

func storyFilled() filledForm {
	return filledForm{Resume: true, Template: "order_update/en_GB", Values: map[string]string{"body.1": "Ada", "body.2": "4711"},
		Keeping: true, Keep: "Yes, it is still there. Shall I keep it for you until Saturday?"}
}

func storyShown(change func(*api.TemplatePreview)) *api.TemplatePreview {
	p := &api.TemplatePreview{
		Name: "order_update", Language: "en_GB", Category: conversation.Utility, Status: "approved", Parameters: storyApproved()[1].Parameters,
		Shown: template.Preview{Header: "News of your order", Body: "Hello Ada,\nyour order 4711 has left our workshop.", Footer: "Reply STOP to leave.",
			Buttons: []template.PreviewButton{{Type: "url", Text: "Follow it", URL: "https://shop.example/orders/4711"}, {Type: "quick_reply", Text: "Thank you"}}},
		Sendable: true, Verdict: conversation.Verdict{Code: conversation.Allowed},
		Price: &api.QuotedPrice{Price: api.Price{Scheme: "zenvia-conversion", AmountMicros: 37000, Currency: "USD"}, Rule: "Z3"},
	}
	change(p)
	return p
}
