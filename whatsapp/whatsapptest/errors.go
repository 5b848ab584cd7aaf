package whatsapptest

import (
	"fmt"
	"net/http"
)

// graphError is an answer in the shape of Meta's errors.
type graphError struct {
	status        int // HTTP
	code, subcode int
	kind          string // OAuthException if empty
	message       string
	details       string
	raw           *string // answers this text instead, which is no Graph error
}

// invalid is the refusal of a parameter, by far the most common.
func invalid(details string) *graphError {
	return &graphError{status: http.StatusBadRequest, code: 100, message: "(#100) Invalid parameter", details: details}
}

// refusal is an error of one of the known codes.
func refusal(code int, details string) *graphError {
	known := knownError(code)
	return &graphError{status: known.status, code: code, message: fmt.Sprintf("(#%d) %s", code, known.title), details: details}
}

func (c *call) fail(err *graphError) {
	if err.raw != nil {
		c.end("error", err.status, 0, "")
		c.w.WriteHeader(err.status)
		_, _ = c.w.Write([]byte(*err.raw))
		return
	}
	c.end("error", err.status, err.code, "")
	body := object{"message": err.message, "type": err.kind, "code": err.code, "fbtrace_id": "ATestTraceNotMetas"}
	if err.kind == "" {
		body["type"] = "OAuthException"
	}
	if err.subcode != 0 {
		body["error_subcode"] = err.subcode
	}
	if err.details != "" {
		body["error_data"] = object{"messaging_product": "whatsapp", "details": err.details}
	}
	writeJSON(c.w, err.status, object{"error": body})
}

// errorObject is an error as it stands in a webhook.
func errorObject(code int, details string) object {
	known := knownError(code)
	if details == "" {
		details = known.title
	}
	return object{"code": code, "title": known.title, "message": known.title, "error_data": object{"details": details}}
}

type known struct {
	status int
	title  string
}

func knownError(code int) known {
	if k, ok := knownErrors[code]; ok {
		return k
	}
	return known{http.StatusBadRequest, "Error"}
}

// knownErrors are Meta's error codes with the HTTP status that it documents
// for them (Cloud API, Error Codes).
var knownErrors = map[int]known{
	0:      {401, "AuthException"},
	1:      {400, "API Unknown"},
	2:      {503, "API Service"},
	3:      {500, "API Method"},
	4:      {400, "API Too Many Calls"},
	10:     {403, "Permission Denied"},
	100:    {400, "Invalid parameter"},
	190:    {401, "Access token has expired"},
	368:    {403, "Temporarily blocked for policies violations"},
	80007:  {400, "Rate limit issues"},
	130429: {400, "Rate limit hit"},
	130472: {400, "User's number is part of an experiment"},
	130497: {403, "Business account is restricted from messaging users in this country."},
	131000: {500, "Something went wrong"},
	131005: {403, "Access denied"},
	131008: {400, "Required parameter is missing"},
	131009: {400, "Parameter value is not valid"},
	131016: {500, "Service unavailable"},
	131021: {400, "Recipient cannot be sender"},
	131026: {400, "Message undeliverable"},
	131031: {403, "Account has been locked"},
	131042: {400, "Business eligibility payment issue"},
	131045: {500, "Incorrect certificate"},
	131047: {400, "Re-engagement message"},
	131048: {400, "Spam rate limit hit"},
	131049: {400, "Meta chose not to deliver."},
	131050: {400, "User has stopped receiving marketing messages"},
	131051: {400, "Unsupported message type"},
	131053: {400, "Media upload error"},
	131056: {400, "(Business Account, Consumer Account) pair rate limit hit"},
	131057: {500, "Account in maintenance mode"},
	132000: {400, "Template Param Count Mismatch"},
	132001: {404, "Template does not exist"},
	132005: {400, "Template Hydrated Text Too Long"},
	132007: {400, "Template Format Character Policy Violated"},
	132012: {400, "Template Parameter Format Mismatch"},
	132015: {400, "Template is Paused"},
	132016: {400, "Template is Disabled"},
	132018: {400, "Template Parameter Invalid"},
	133004: {500, "Server Temporarily Unavailable"},
	135000: {400, "Generic user error"},
}
