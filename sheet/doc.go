// Package sheet reads and writes tables as people exchange them: CSV in whatever encoding and with whatever separator it comes.
package sheet
