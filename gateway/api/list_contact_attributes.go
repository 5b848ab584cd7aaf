package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// ListContactAttributes asks what a filter could ask for: which tags, fields, languages and markets there are.
//
//	GET /v1/contact-attributes
type ListContactAttributes struct{}

// ContactAttributes is what contacts have been given, or are; of each the most frequent, at most 200.
type ContactAttributes struct {
	Tags      []AttributeCount `json:"tags" nullable:"false"`
	Fields    []AttributeCount `json:"fields" nullable:"false" doc:"Names of custom fields."`
	Languages []AttributeCount `json:"languages" nullable:"false"`
	Markets   []AttributeCount `json:"markets" nullable:"false"`
	Estimated bool             `json:"estimated" doc:"There are so many contacts that only a part was looked at: the numbers are rough, and what few contacts have may be missing."`
}

// AttributeCount is one of them.
type AttributeCount struct {
	Value    string `json:"value"`
	Contacts int64  `json:"contacts" doc:"How many have it."`
}

// Up to mostAttributes of each kind are named. Up to attributeBlocks of the table are read for that, some 50,000 contacts.
const (
	mostAttributes  = 200
	attributeBlocks = 1000
)

var listContactAttributesOp = huma.Operation{
	OperationID: "list-contact-attributes", Method: http.MethodGet, Path: "/v1/contact-attributes",
	Summary:     "List the tags, fields, languages and markets that there are",
	Description: "The most frequent first, for whoever puts a filter together. Tags, and names of fields, that are not listed can be asked for as well.",
}

// Execute reads them.
func (r *ListContactAttributes) Execute(ctx context.Context, a *API, _ time.Time) (ContactAttributes, error) {
	all := ContactAttributes{Tags: []AttributeCount{}, Fields: []AttributeCount{}, Languages: []AttributeCount{}, Markets: []AttributeCount{}}
	rows, err := a.queries.ListContactAttributes(ctx, mostAttributes, attributeBlocks)
	if err != nil {
		return all, err
	}
	lists := map[string]*[]AttributeCount{"tag": &all.Tags, "field": &all.Fields, "language": &all.Languages, "market": &all.Markets}
	for _, row := range rows {
		list := lists[row.Kind]
		*list = append(*list, AttributeCount{row.Value, row.Contacts})
		all.Estimated = row.Estimated
	}
	return all, nil
}
