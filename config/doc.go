// Package config is what an installation decides: one struct, whose fields are at once the flags, the environment
// variables, their defaults and the text of --help.
//
//	flag or variable ──kong──► Config ──Validate──► one sentence that names the variable, or a process that starts
//	                             └──LogValue──► the start-up line: every value, a secret as "set", an address without its path
//
// Config is for the processes that do the work (gateway, worker, migrate); Client is for the verbs that only talk to a
// gateway. Temporal is configured by its SDK's own variables and profiles, which are left to it (Temporal).
//
// It owns names, defaults and what may not be combined. It does not own what a value is used for. A wrong value fails
// the start, never a later message: whatever starts is configured.
package config
