package classroom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/folgmed/folgmed/internal/socket"
	"github.com/folgmed/folgmed/internal/web"
)

// The calls that an issuer answers to pages that run apart from it: those of
// Issuing, and no others.
const (
	callSession = "session"
	callChange  = "change"
	callSlips   = "slips"
)

// maxCall bounds the arguments of a call.
const maxCall = 64 << 10

// patience is how long a page waits for an issuer that runs apart.
const patience = 15 * time.Second

type sessionCall struct {
	School string `json:"school"`
	Class  string `json:"class"`
}

type changeCall struct {
	School  string  `json:"school"`
	Class   string  `json:"class"`
	Step    Step    `json:"step"`
	Event   string  `json:"event"`
	Opening Opening `json:"opening"`
}

type slipsCall struct {
	School string `json:"school"`
	Class  string `json:"class"`
	Lang   string `json:"lang"`
	N      int    `json:"n"`
}

// Listen answers for an issuer on a socket, to pages that run apart from it.
// Its owner and group may call: the pages run as a user of their own, who can
// not read what else the issuer has.
func Listen(path string, issuer Issuing, log *slog.Logger) (*socket.Server, error) {
	return socket.Listen(socket.Options{Path: path, Mode: 0o660, MaxBody: maxCall, Log: log, Calls: map[string]socket.Call{
		callSession: socket.Answer(func(ctx context.Context, c sessionCall) (Session, error) {
			return issuer.Session(ctx, c.School, c.Class)
		}),
		callChange: socket.Answer(func(ctx context.Context, c changeCall) (struct{}, error) {
			if _, ok := acts[c.Step]; !ok {
				return struct{}{}, web.Fail("malformed", errNoStep)
			}
			return struct{}{}, issuer.Change(ctx, c.School, c.Class, c.Step, c.Event, c.Opening)
		}),
		callSlips: socket.Answer(func(ctx context.Context, c slipsCall) ([]byte, error) {
			var page bytes.Buffer
			err := issuer.WriteSlips(ctx, &page, c.School, c.Class, c.Lang, c.N)
			return page.Bytes(), err
		}),
	}})
}

// Remote is an issuer that runs apart from the pages.
type Remote struct {
	path   string
	socket *socket.Client
}

var _ Issuing = (*Remote)(nil)

// Dial returns the issuer that listens on a socket, now or later. Nobody does
// on the path "".
func Dial(path string) *Remote { return &Remote{path, socket.Dial(path)} }

// Session tells how the session of a class stands.
func (r *Remote) Session(ctx context.Context, school, class string) (Session, error) {
	return ask[Session](ctx, r, callSession, sessionCall{school, class})
}

// Change does a step of a teacher.
func (r *Remote) Change(ctx context.Context, school, class string, step Step, event string, o Opening) error {
	_, err := ask[struct{}](ctx, r, callChange, changeCall{school, class, step, event, o})
	return err
}

// WriteSlips has codes made for a class, and writes them to print.
func (r *Remote) WriteSlips(ctx context.Context, w io.Writer, school, class, lang string, n int) error {
	page, err := ask[[]byte](ctx, r, callSlips, slipsCall{school, class, lang, n})
	if err != nil {
		return err
	}
	_, err = w.Write(page)
	return err
}

var errNoIssuer = errors.New("no issuer is named: give --issuer-socket, the socket that the server with --role issuer has")

// ask makes one call. What the issuer refuses keeps its outcome; an issuer that
// can not be asked is unavailable.
func ask[Out any](ctx context.Context, r *Remote, name string, in any) (out Out, err error) {
	if r.path == "" {
		return out, web.Fail("unavailable", errNoIssuer)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err = socket.Ask[Out](ctx, r.socket, name, in)
	var refused interface{ Outcome() string }
	switch {
	case err == nil, errors.As(err, &refused):
		return out, err
	case errors.Is(err, socket.ErrNobody):
		err = fmt.Errorf("no issuer answers on %s: start the server with --role issuer, or name its socket with --issuer-socket", r.path)
	default:
		err = fmt.Errorf("the issuer on %s can not be asked: %w", r.path, err)
	}
	return out, web.Fail("unavailable", err)
}
