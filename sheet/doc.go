// Package sheet reads and writes tables as people exchange them: CSV in whatever encoding and with whatever separator it comes.
//
//	bytes ──► Sniffer ──► Dialect: encoding, separator, where the table begins
//	bytes from a row's beginning ──► Reader ──► Row: its line, its cells, where it ends; or what is wrong with it
//	cells ──► Writer ──► RFC 4180, UTF-8, formulas escaped
//
// It owns how a table is written down. It does not own what stands in it: what a heading means, which cell must be what.
//
// A row says at which byte of the file it ends, so that whoever has dealt with it can go on from there later. That is why it does not
// read with encoding/csv, which knows neither where a row was in a file of another encoding, nor how to go on behind a quote that
// nobody closes: that one would take the rest of the file into memory as one cell. Here such a quote costs its own line, and no row may
// be longer than MaxRow, so that memory does not grow with the file.
package sheet
