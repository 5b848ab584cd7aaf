// Package intake stores what happened, once.
package intake
