// Package receiver plays the system that reminders are posted to: it checks each notification's Standard Webhooks
// signature and keeps what came, so that a demo can show it and a test can count it.
//
// It owns what a good receiver does: refuse what is not signed, and recognise a repetition by the webhook id. It does not
// own the sending (notify), and it keeps nothing beyond its process: what it refuses, or never answers, is sent again.
package receiver
