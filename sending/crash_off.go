//go:build !crashpoints

package sending

// crash marks a point at which a worker may die. Only tests with the tag crashpoints make it do so.
func crash(string) {}
