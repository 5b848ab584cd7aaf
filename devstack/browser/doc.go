// Package browser looks at pages of ours as people do, in a real Chromium, and notices what people would not see.
//
//	Browser   one process; the test package's, or a command's
//	  Tab     a context of its own (no cookie, no cache shared with another) with one page: one agent at a desk, or on a phone
//
// A Tab keeps a list of troubles: an error on the console, a violation of the Content-Security-Policy, an exception that nobody
// caught, a dialog, a request that failed, a request to another server. Whoever uses it asks for them at the end; what a test means to
// happen it forgives by name.
//
// It clicks with a mouse at a point where the element really is what would be hit, and types with a keyboard, so that what is
// covered, disabled or outside of the window is found out. Waiting is always for a condition.
//
// It owns how a page is looked at. It does not own what should be on it: gateway/console's stories and devstack/console's tests do.
package browser
