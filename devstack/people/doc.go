// Package people are those who talk on a development stack: the business, whose agents work with the API and whose other
// system sends by itself and reports; and customers who write now and then, some of them back-dated, so that every state is
// to be seen at once, and some who wrote in the days before the stack was there, so that there are costs to look at; and contacts
// from a file, to whom campaigns are sent, and who answer them by themselves.
//
// It owns what they say. It does not own the demo's script, nor any check of what comes of it.
package people
