// Package socket carries calls between processes: JSON over HTTP over a Unix
// socket. The socket's mode says who may call, and whoever listens names each
// call that it answers: there are no others.
//
// It must not know what is called, nor by whom.
package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// ErrNobody is that of a call that no one answers: there is no socket, or
// whoever listened on it is gone.
var ErrNobody = errors.New("nobody answers")

// Call answers one call.
type Call http.HandlerFunc

// Answer is the call that do answers. Arguments with a field that do does not
// know are refused: whoever sent it meant something by it.
func Answer[In, Out any](do func(context.Context, In) (Out, error)) Call {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		in, err := decode[In](r.Body)
		if err != nil {
			refuse(w, http.StatusBadRequest, fmt.Errorf("the request can not be read: %w", err))
			return
		}
		out, err := do(r.Context(), in)
		if err != nil {
			refuse(w, http.StatusUnprocessableEntity, err)
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	}
}

// decode reads one value and nothing after it.
func decode[In any](body io.Reader) (in In, err error) {
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, errors.New("more follows after it")
	}
	return in, nil
}

// refusal is how an error travels. It has the text and the outcome of the one
// that it was on the other side.
type refusal struct {
	Text string `json:"error"`
	Name string `json:"outcome,omitempty"`
}

func (r *refusal) Error() string   { return r.Text }
func (r *refusal) Outcome() string { return r.Name }

func refuse(w http.ResponseWriter, status int, err error) {
	no := refusal{Text: err.Error()}
	var named interface{ Outcome() string }
	if errors.As(err, &named) {
		no.Name = named.Outcome()
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(no)
}

// Options say what is answered where, and to whom.
type Options struct {
	Path    string
	Mode    fs.FileMode // of the socket: who may call
	MaxBody int64       // of a call's arguments, in bytes
	Calls   map[string]Call
	Log     *slog.Logger
}

// Server listens on a socket until it is closed.
type Server struct {
	http *http.Server
	done chan struct{}
}

// Listen answers calls on a socket. One left by a server that died is replaced;
// one that answers is not.
func Listen(o Options) (*Server, error) {
	listener, err := listen(o.Path, o.Mode)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for name, call := range o.Calls {
		mux.Handle("POST /"+name, http.MaxBytesHandler(http.HandlerFunc(call), o.MaxBody))
	}
	s := &Server{
		http: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second},
		done: make(chan struct{}),
	}
	go func() {
		err := s.http.Serve(listener)
		if !errors.Is(err, http.ErrServerClosed) {
			o.Log.Error("a socket is no longer answered", slog.String("socket", o.Path), slog.Any("err", err))
		}
		close(s.done)
	}()
	return s, nil
}

func listen(path string, mode fs.FileMode) (net.Listener, error) {
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("a server already answers on %s: stop it first", path)
	}
	switch left, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("look for a socket that was left: %w", err)
	case left.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%s is there, and is no socket: choose another path", path)
	default:
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove a socket that was left: %w", err)
		}
	}
	old := syscall.Umask(0o077) // the socket is never open to others, not for a moment
	listener, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil {
		return nil, errors.Join(fmt.Errorf("say who may use the socket: %w", err), listener.Close())
	}
	return listener, nil
}

// Close stops listening, waits for the calls under way until ctx ends, and
// removes the socket.
func (s *Server) Close(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	<-s.done
	return err
}

// Client calls whoever listens on a socket.
type Client struct{ http *http.Client }

// Dial returns a client of whoever listens on a socket, now or later.
func Dial(path string) *Client {
	return &Client{&http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
		// A connection that was kept may be to a server that has gone since.
		DisableKeepAlives: true,
	}}}
}

// Ask makes one call. A refusal has the words and the outcome of the error that
// the other side had.
func Ask[Out any](ctx context.Context, c *Client, name string, in any) (Out, error) {
	var out Out
	body, err := json.Marshal(in)
	if err != nil {
		return out, fmt.Errorf("encode the arguments of %s: %w", name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://socket/"+name, bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			return out, ErrNobody
		}
		return out, fmt.Errorf("ask for %s: %w", name, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		var no refusal
		raw, _ := io.ReadAll(io.LimitReader(res.Body, 1<<16))
		if json.Unmarshal(raw, &no) != nil || no.Text == "" {
			return out, fmt.Errorf("%s: the server answered %s", name, res.Status)
		}
		return out, &no
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("read the answer to %s: %w", name, err)
	}
	return out, nil
}
