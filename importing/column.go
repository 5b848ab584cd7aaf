package importing

// Column says what a column of the file is taken for.
type Column struct {
	Header  string  `json:"header" doc:"As the file has it."`
	Meaning Meaning `json:"meaning" enum:"phone,bsuid,name,language,time_zone,opt_in,opt_in_categories,opt_in_source,opt_in_at,tags,field,none" doc:"What it is taken for: field is a custom field, none is not taken at all."`
	Field   string  `json:"field,omitempty" doc:"Of a custom field: its name."`
}

// Meaning is what the cells of a column say of a contact.
type Meaning string

// The meanings. Each but MeansField and MeansNothing stands over one column at most.
const (
	MeansPhone      Meaning = "phone"
	MeansBSUID      Meaning = "bsuid"
	MeansName       Meaning = "name"
	MeansLanguage   Meaning = "language"
	MeansTimeZone   Meaning = "time_zone"
	MeansOptIn      Meaning = "opt_in"
	MeansCategories Meaning = "opt_in_categories"
	MeansSource     Meaning = "opt_in_source"
	MeansOptInAt    Meaning = "opt_in_at"
	MeansTags       Meaning = "tags"
	MeansField      Meaning = "field"
	MeansNothing    Meaning = "none" // a column without a heading, in which nothing stands
)
