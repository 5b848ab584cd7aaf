// Package console looks at the console as people do: in a real Chromium (devstack/browser).
//
//	stories   every state of every page, from literals: at a desk by day and by night, and on a phone, nothing is wrong with it
//	          (no error, nothing against the policy, nothing too wide, WCAG AA); pictures of them are made by `make screenshots`
//	life      on a whole stack (devstack/stack): a conversation arrives, is about to be lost, is lost and won back, all through the page
//
// It owns what is looked at, and the pictures of the README. It does not own the pages: gateway/console does.
package console
