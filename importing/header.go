package importing

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"reengage/audience"
)

// Unreadable is a sentence for people: why a file cannot be read as contacts. No further try changes that.
type Unreadable string

func (u Unreadable) Error() string { return string(u) }

// headings are what people call the columns in English, Portuguese and Spanish, folded.
var headings = map[string]Meaning{}

func init() {
	for meaning, names := range map[Meaning]string{
		MeansPhone: "phone phone_number phonenumber telephone tel mobile mobile_phone mobile_number cell cellphone cell_phone whatsapp " +
			"whatsapp_number wa_id waid msisdn telefone fone celular numero_de_telefone numero_telefone telefono movil " +
			"numero_de_celular numero_celular numero_de_whatsapp contact_number",
		MeansBSUID:    "bsuid business_scoped_user_id user_id_bsuid",
		MeansName:     "name full_name fullname contact_name customer_name display_name nome nome_completo nombre nombre_completo",
		MeansLanguage: "language lang locale language_code idioma lingua linguagem lengua",
		MeansTimeZone: "time_zone timezone tz zona_horaria fuso fuso_horario huso_horario",
		MeansOptIn: "opt_in optin opted_in consent consents subscribed allowed_campaign consentimento consentimiento aceite acepta aceita " +
			"autorizado autoriza permission permissao permiso",
		MeansCategories: "opt_in_categories optin_categories opt_in_category consent_categories categorias_do_opt_in categorias_opt_in categorias_del_opt_in",
		MeansSource: "opt_in_source optin_source consent_source origem_do_opt_in origem_opt_in origen_del_opt_in origen_opt_in " +
			"origem_do_consentimento origen_del_consentimiento",
		MeansOptInAt: "opt_in_at optin_at opt_in_date optin_date opted_in_at opt_in_time consent_at consent_date data_do_opt_in data_opt_in " +
			"data_do_consentimento fecha_de_opt_in fecha_opt_in fecha_de_consentimiento fecha_del_consentimiento",
		MeansTags: "tags tag labels label etiquetas etiqueta marcadores rotulos",
	} {
		for _, name := range strings.Fields(names) {
			headings[name] = meaning
		}
	}
}

// fold makes of a heading what it is compared by, and what a custom field is called by: lower case, no accents, words joined by _.
func fold(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r): // of another script
			return ""
		default:
			gap = true
		}
	}
	return b.String()
}

// RejectColumns are those by which a file of rejected rows says what is wrong with them. In a file that is uploaded they are not taken.
var RejectColumns = []string{"import_line", "import_code", "import_reason"}

// ReadHeader says what the columns are taken for. The error is Unreadable.
func ReadHeader(cells []string) ([]Column, error) {
	columns := make([]Column, len(cells))
	taken := map[string]string{} // what a column means → its heading
	fields := 0
	for i, cell := range cells {
		header := strings.TrimSpace(cell)
		c := Column{Header: shown(header), Meaning: headings[fold(header)]}
		what := string(c.Meaning)
		switch {
		case header == "" || slices.Contains(RejectColumns, header):
			c.Meaning = MeansNothing
			columns[i] = c
			continue
		case c.Meaning == "":
			c.Meaning, c.Field = MeansField, fold(header)
			if !audience.IsFieldName(c.Field) {
				return nil, Unreadable(fmt.Sprintf("the column %q can be no custom field: its name must begin with a letter of a to z and have at most "+
					"40 of those, digits and _", c.Header))
			}
			what = "custom field " + c.Field
			fields++
		}
		if other, twice := taken[what]; twice {
			return nil, Unreadable(fmt.Sprintf("the columns %q and %q both mean %s: leave one out", other, c.Header, what))
		}
		taken[what], columns[i] = c.Header, c
	}
	if fields > audience.MostFields {
		return nil, Unreadable(fmt.Sprintf("the file has %d columns for custom fields; a contact can have %d", fields, audience.MostFields))
	}
	if taken[string(MeansPhone)] == "" && taken[string(MeansBSUID)] == "" {
		return nil, Unreadable("the file has neither a column phone nor a column bsuid, by which contacts are known; its first row says: " + found(columns))
	}
	return columns, nil
}

// found lists the headings, as many as people read.
func found(columns []Column) string {
	var names []string
	for i, c := range columns {
		if i == 10 {
			names = append(names, fmt.Sprintf("and %d more", len(columns)-i))
			break
		}
		names = append(names, fmt.Sprintf("%q", c.Header))
	}
	return strings.Join(names, ", ")
}

// shown is a heading, shortened where it is none but a part of the data.
func shown(header string) string {
	if runes := []rune(header); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return header
}
