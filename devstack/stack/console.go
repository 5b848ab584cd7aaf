package stack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/console"
)

// admin is whom the stack's link signs in; the name stays when the stack is started again.
const admin = "Dev Admin"

// loginLasts is how long the link may be used, in real time: a day's work.
const loginLasts = 12 * time.Hour

// openConsole makes a new link to the console. There is no password until somebody sets one.
func (s *Stack) openConsole(ctx context.Context) error {
	people := access.People{Pool: s.Pool}
	_, err := people.Add(ctx, access.Operator, time.Now(), admin, access.Administrator)
	if err != nil && !errors.Is(err, access.ErrInvalid) { // which says that the name is taken
		return fmt.Errorf("the console's user: %w", err)
	}
	token, err := people.MakeLink(ctx, access.Operator, time.Now(), admin, loginLasts)
	if err != nil {
		return fmt.Errorf("the link to the console: %w", err)
	}
	login, page := console.Link(s.Ready.API, token), s.Ready.API+console.Path
	s.Ready.Console, s.Ready.ConsoleLogin = &page, &login
	return nil
}
