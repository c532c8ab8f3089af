package web_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/folgmed/folgmed/internal/web"
)

func TestListenRefusesPlainHTTPToOthers(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0"} {
		s, err := web.Listen(web.ListenOptions{Addr: addr}, http.NotFoundHandler())
		if err == nil {
			t.Errorf("%s: listens on %s", addr, s.Addr())
			continue
		}
		for _, hint := range []string{"--tls-cert", "--tls-proxy", "127.0.0.1"} {
			if !strings.Contains(err.Error(), hint) {
				t.Errorf("%s: error %q lacks %s", addr, err, hint)
			}
		}
	}
	for _, o := range []web.ListenOptions{{Addr: "127.0.0.1:0"}, {Addr: "localhost:0"}, {Addr: "0.0.0.0:0", Proxy: true}} {
		s, err := web.Listen(o, http.NotFoundHandler())
		if err != nil {
			t.Errorf("%+v: %v", o, err)
			continue
		}
		if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") && !strings.HasPrefix(s.URL(), "http://[::1]:") {
			t.Errorf("%+v: address for a browser %q", o, s.URL())
		}
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestListenErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for name, o := range map[string]web.ListenOptions{
		"port taken":     {Addr: taken.Addr().String()},
		"no key":         {Addr: "127.0.0.1:0", CertFile: "cert.pem"},
		"no such file":   {Addr: "127.0.0.1:0", CertFile: "nowhere.pem", KeyFile: "nowhere.key"},
		"not an address": {Addr: "127.0.0.1"},
	} {
		if s, err := web.Listen(o, http.NotFoundHandler()); err == nil {
			t.Errorf("%s: listens on %s", name, s.Addr())
		}
	}
}

func TestServeTLS(t *testing.T) {
	// The certificate of httptest is for example.com and the loopback addresses.
	made := httptest.NewUnstartedServer(http.NotFoundHandler())
	made.StartTLS()
	pair := made.TLS.Certificates[0]
	made.Close()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := web.Listen(web.ListenOptions{Addr: "0.0.0.0:0", CertFile: certFile, KeyFile: keyFile}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- s.Serve() }()
	roots := x509.NewCertPool()
	roots.AddCert(made.Certificate())
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	resp, err := client.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(b) != "HTTP/2.0" {
		t.Errorf("protocol %q, want HTTP/2.0", b)
	}
	client.CloseIdleConnections()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve returned %v after Shutdown, want nil", err)
	}
}

func TestShutdownWaitsForWhatIsUnderWay(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	s, err := web.Listen(web.ListenOptions{Addr: "127.0.0.1:0"}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish
		_, _ = io.WriteString(w, "stored")
	}))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve() }()
	answered := make(chan string, 1)
	go func() {
		resp, err := http.Get(s.URL())
		if err != nil {
			answered <- err.Error()
			return
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		answered <- string(b)
	}()
	<-begun
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(t.Context()) }()
	<-ended // Serve returns as soon as nothing new is taken
	close(finish)
	if got := <-answered; got != "stored" {
		t.Errorf("the request under way got %q, want its answer", got)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsOffWhenItsTimeIsUp(t *testing.T) {
	begun := make(chan struct{})
	s, err := web.Listen(web.ListenOptions{Addr: "127.0.0.1:0"}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	}))
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve() }()
	cut := make(chan error, 1)
	go func() { _, err := http.Get(s.URL()); cut <- err }() //nolint:bodyclose // there is none
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one that is %v", err, context.Canceled)
	}
	if err := <-cut; err == nil {
		t.Error("the request under way got an answer")
	}
}

func TestAdmin(t *testing.T) {
	registry := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "folgmed_test_total", Help: "A test."})
	registry.MustRegister(c)
	c.Inc()
	var down error
	h := web.Admin(registry, func(context.Context) error { return down })
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	for path, want := range map[string]string{"/metrics": "folgmed_test_total 1", "/healthz": "ok", "/readyz": "ready", "/debug/pprof/": "goroutine"} {
		if code, body := get(path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, %q, want 200 with %q", path, code, body, want)
		}
	}
	down = errors.New("no answer from ClickHouse")
	if code, body := get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "no answer from ClickHouse") {
		t.Errorf("/readyz: status %d, %q, want 503 with the reason", code, body)
	}
	if code, _ := get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: status %d while not ready, want 200", code)
	}
}
