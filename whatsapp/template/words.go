package template

import (
	"fmt"
	"strconv"
	"strings"
)

// partWords are the parts of a template as people know them.
var partWords = map[string]string{"header": "Header", "body": "Text"}

// valueWords names a value by its place: "Value 2 of the text". People count buttons from 1.
func valueWords(place string) string {
	part, name, _ := strings.Cut(place, ".")
	if i, err := strconv.Atoi(name); part == "buttons" && err == nil {
		return fmt.Sprintf("The value of button %d", i+1)
	}
	return fmt.Sprintf("Value %s of the %s", name, strings.ToLower(partWords[part]))
}

// needed says how many values there should be.
func needed(count, given int) string {
	sentence := fmt.Sprintf("%d values are needed", count)
	if count == 1 {
		sentence = "1 value is needed"
	}
	if given > 0 {
		sentence += fmt.Sprintf(", not %d", given)
	}
	return sentence
}
