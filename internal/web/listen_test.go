package web_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// certify writes a new certificate for 127.0.0.1 and its key, and returns it
// as the roots of a client that trusts it alone.
func certify(t *testing.T, certFile, keyFile string, at time.Time) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(at.Unix()), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return roots
}

func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	roots := certify(t, certFile, keyFile, first)
	s, err := web.Listen(web.ListenOptions{Addr: "0.0.0.0:0", CertFile: certFile, KeyFile: keyFile}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- s.Serve() }()
	get := func(roots *x509.CertPool) (string, error) {
		client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
		defer client.CloseIdleConnections()
		resp, err := client.Get(s.URL())
		if err != nil {
			return "", err
		}
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		return string(b), err
	}
	if got, err := get(roots); err != nil || got != "HTTP/2.0" {
		t.Errorf("protocol %q, error %v, want HTTP/2.0", got, err)
	}
	renewed := certify(t, certFile, keyFile, first.AddDate(0, 2, 0))
	if _, err := get(renewed); err != nil {
		t.Errorf("the renewed certificate is not used: %v", err)
	}
	if err := os.WriteFile(certFile, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := get(renewed); err != nil {
		t.Errorf("while the file is being written: %v", err)
	}
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
	go func() { _, err := http.Get(s.URL()); cut <- err }()
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

func TestListenSaysThatThePortIsTaken(t *testing.T) {
	first, err := web.Listen(web.ListenOptions{Addr: "127.0.0.1:0"}, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Shutdown(context.Background()) })
	_, err = web.Listen(web.ListenOptions{Addr: first.Addr()}, http.NotFoundHandler())
	if err == nil || !strings.Contains(err.Error(), "another program uses that port") {
		t.Errorf("a port that is taken: %v", err)
	}
}
