// Command starter is Reengage's command line. `serve` runs the gateway with relay and notifier; `migrate` brings the
// database up to date; `rate`, and `compare` with a file, need nothing but events; `lint-template` needs nothing but
// templates; what decides about money, `keys` and `users` work on the database; the other verbs talk to a gateway, the one of
// this checkout's development stack unless another is named.
//
// Results go to standard output: tables for people, with --json the API's own JSON. Errors are one sentence on standard
// error. It exits with 0, with 1 if something failed, with 2 if it was called wrongly.
package main
