//go:build !crashpoints

package sending

// crasher marks the points at which a worker may die. Only tests with the tag crashpoints make it do so.
type crasher struct{}

func (crasher) crash(string) {}
