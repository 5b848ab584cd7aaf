// Openapi writes the API's OpenAPI document to standard output, as a gateway serves it at /openapi.json. It is kept in docs, where
// readers find it and its history shows every change of the API; make verify finds it stale.
package main

import (
	"fmt"
	"os"

	"reengage/gateway/api"
)

func main() {
	document, err := api.Document()
	if err == nil {
		_, err = os.Stdout.Write(document)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}
