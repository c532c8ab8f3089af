package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// ListenOptions say where and how to listen.
type ListenOptions struct {
	Addr     string // host:port; port 0 takes a free one
	CertFile string // with KeyFile: serve https
	KeyFile  string
	Proxy    bool // declared: a TLS proxy, or a network closed to others, stands in front
}

// Server is one listener with its handler.
type Server struct {
	http *http.Server
	l    net.Listener
	tls  bool
}

// Listen binds an address. It refuses to speak plain http to anyone but this
// machine unless a proxy is declared: service workers and WebCrypto need a
// secure context, and a session cookie must not cross a network in the clear.
func Listen(o ListenOptions, h http.Handler) (*Server, error) {
	if (o.CertFile == "") != (o.KeyFile == "") {
		return nil, errors.New("listen: --tls-cert and --tls-key go together, only one is given")
	}
	addr, err := net.ResolveTCPAddr("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", o.Addr, err)
	}
	secure := o.CertFile != ""
	if !secure && !o.Proxy && !addr.IP.IsLoopback() {
		return nil, fmt.Errorf("listen on %q: plain http is only for this machine; give --tls-cert and --tls-key, declare the TLS proxy in front with --tls-proxy, or listen on 127.0.0.1", o.Addr)
	}
	s := &Server{tls: secure, http: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		// Its lines hold the addresses of callers, and some callers are pupils.
		ErrorLog: log.New(io.Discard, "", 0),
	}}
	if secure {
		cert := &certificate{certFile: o.CertFile, keyFile: o.KeyFile}
		if err := cert.load(); err != nil {
			return nil, fmt.Errorf("read the certificate of %q: %w", o.Addr, err)
		}
		s.http.TLSConfig = &tls.Config{
			GetCertificate: cert.get,
			MinVersion:     tls.VersionTLS12,
			NextProtos:     []string{"h2", "http/1.1"},
		}
	}
	if s.l, err = net.ListenTCP("tcp", addr); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("listen on %q: another program uses that port: stop it, or choose another address", o.Addr)
		}
		return nil, fmt.Errorf("listen on %q: %w", o.Addr, err)
	}
	return s, nil
}

// certificate is read anew when its file has changed, so that a renewal needs
// no restart.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	pair    *tls.Certificate
	changed time.Time // of the file that pair was read from
}

func (c *certificate) load() error {
	info, err := os.Stat(c.certFile)
	if err != nil || info.ModTime().Equal(c.changed) {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.pair, c.changed = &pair, info.ModTime()
	return nil
}

// get keeps to the old pair while the new one can not be read: a renewal
// writes two files, one after the other.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.load()
	return c.pair, nil
}

// Addr returns the bound host:port.
func (s *Server) Addr() string { return s.l.Addr().String() }

// URL returns the address for a browser on this machine.
func (s *Server) URL() string {
	host, port, _ := net.SplitHostPort(s.Addr())
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if s.tls {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Serve answers until Shutdown; then it returns nil.
func (s *Server) Serve() error {
	var err error
	if s.tls {
		err = s.http.ServeTLS(s.l, "", "")
	} else {
		err = s.http.Serve(s.l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", s.Addr(), err)
}

// Shutdown takes no new request and waits for those under way. When ctx ends
// first, it cuts them off and says so. It also closes a Server that was never
// served.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	_ = s.l.Close() // closed already, unless Serve was never called
	if err != nil {
		return fmt.Errorf("shut down %s: %w", s.Addr(), errors.Join(err, s.http.Close()))
	}
	return nil
}
