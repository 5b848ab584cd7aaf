// Package engine is how others reach a conversation's workflow: the options with which a run is started, whoever starts it,
// and the requests that a run answers.
package engine
