package tariff

import "errors"

// exitCode is what a command exits with after err: 0 for nil, what the error itself decides, else 1.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	var decided interface{ ExitCode() int }
	if errors.As(err, &decided) {
		return decided.ExitCode()
	}
	return 1
}
