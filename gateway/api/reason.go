package api

import (
	"fmt"
	"strings"

	"reengage/whatsapp"
)

// classSentences say what the provider's errors mean to people, by the class that decides what is done about them.
var classSentences = map[whatsapp.ErrorClass]string{
	whatsapp.ClassRetry:             "the provider could not take it, however often it was tried",
	whatsapp.ClassThrottle:          "the provider took no more messages at the time",
	whatsapp.ClassPairThrottle:      "the provider took no more messages to this contact at the time",
	whatsapp.ClassWindowClosed:      "the provider considers the window closed",
	whatsapp.ClassWait24h:           "the provider chose not to deliver it, to keep the contact from being written to too often",
	whatsapp.ClassSuppressMarketing: "the contact does not want marketing, or may not be sent any",
	whatsapp.ClassSuppress:          "the contact cannot be written to",
	whatsapp.ClassTemplateFault:     "the provider does not accept the template at the moment",
	whatsapp.ClassRequestFault:      "the provider does not accept what the message says",
	whatsapp.ClassSenderPaused:      "the provider does not let the business number send",
	whatsapp.ClassAuth:              "the provider does not accept our access token",
	whatsapp.ClassRegistration:      "the business number is not registered with the provider",
	whatsapp.ClassUnknown:           "the provider refused it with an error that we do not know",
	deliveryFailed:                  "the provider could not deliver it",
}

// deliveryFailed is the reason of a message that the provider took and then failed.
const deliveryFailed = "failed"

// notArrived is what is known of a message that may not have been sent, or has not arrived.
type notArrived struct {
	code           *string // why it was refused or has failed with us
	sentence       string  // of the decision, if it was one of ours
	errorCode      *int32  // the provider's
	details        *string
	deliveryStatus string
	failedWith     *int32 // the provider's, of a status
}

// reason says why a message was refused or has failed, in the words of the decision if it was one of ours; nil if it was not.
func (n notArrived) reason() *Reason {
	switch {
	case n.code != nil:
	case n.deliveryStatus == deliveryFailed:
		failed := deliveryFailed
		n.code, n.errorCode = &failed, n.failedWith
	default:
		return nil
	}
	r := &Reason{Code: *n.code, Sentence: n.sentence, ErrorCode: n.errorCode, Details: n.details}
	if r.Sentence == "" {
		r.Sentence = classSentences[whatsapp.ErrorClass(r.Code)]
	}
	if r.Sentence == "" && r.ErrorCode != nil { // failed later, by a delivery status: the reason is then the gate's word for the next one
		r.Sentence = classSentences[whatsapp.ClassOf(int(*r.ErrorCode))]
	}
	if r.Sentence == "" {
		r.Sentence = "it was not sent: " + strings.ReplaceAll(r.Code, "_", " ")
	}
	if r.ErrorCode != nil {
		r.Sentence += fmt.Sprintf(" (the provider's error %d)", *r.ErrorCode)
	}
	return r
}
