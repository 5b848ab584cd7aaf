package console

import (
	"context"
	"net/url"
	"strings"

	"reengage/gateway/api"
)

// templateList are the templates that a business number may choose among.
type templateList []api.Template

// mostTemplates is how many are offered: more than any account that is not verified can have.
const mostTemplates = 1000

// listTemplates asks for a number's templates, with an empty status for all of them.
func (c client) listTemplates(ctx context.Context, number, status string) (all templateList, err error) {
	query := url.Values{"number": {number}, "limit": {"200"}}
	if status != "" {
		query.Set("status", status)
	}
	for len(all) < mostTemplates {
		var page api.TemplatePage
		if err := c.get(ctx, "/v1/templates?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.NextCursor == nil {
			break
		}
		query.Set("cursor", *page.NextCursor)
	}
	return all, nil
}

// find is nil for a template that is not listed.
func (l templateList) find(name, language string) *api.Template {
	for i, t := range l {
		if t.Name == name && t.Language == language {
			return &l[i]
		}
	}
	return nil
}

// templateKey names a template in a form.
func templateKey(name, language string) string { return name + "/" + language }

// ofKey is the inverse; a name may have a slash, a language has none.
func ofKey(key string) (name, language string) {
	if i := strings.LastIndex(key, "/"); i >= 0 {
		return key[:i], key[i+1:]
	}
	return key, ""
}
