// Package people are those who talk on a development stack: the business that answers through the simulator and reports
// each message to the API, and customers who write now and then, some of them back-dated, so that every state that exists
// is to be seen at once.
//
// It owns what they say. It does not own the demo's script, nor any check of what comes of it.
package people
