package app

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/privacy"
	"github.com/folgmed/folgmed/internal/prove"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/internal/wave"
)

// proveKeys reads the key files anew, and looks who else may read them.
func (a *App) proveKeys(context.Context) (prove.Finding, error) {
	var faults []string
	if err := a.keys.CheckFiles(); err != nil {
		faults = append(faults, err.Error())
	}
	err := filepath.WalkDir(filepath.Join(a.cfg.Data, "keys"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "keys.json" {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			faults = append(faults, fmt.Sprintf("%s: %04o", path, info.Mode().Perm()))
		}
		return err
	})
	if err != nil {
		return prove.Finding{}, err
	}
	chain := a.keys.Chain()
	f, err := brokenBy(faults, len(chain.Keys))
	if f.Result == prove.Kept {
		f.Details = []string{chain.For(uint32(wave.NumberOf(a.schedule.Now()))).Fingerprint()}
	}
	return f, err
}

// asked is a request as a pupil's tablet or a parent's browser makes it.
type asked struct {
	method, path string
	of           config.Role
}

var publicPages = []asked{
	{http.MethodGet, "/", config.Issuer},
	{http.MethodGet, "/k", config.Issuer},
	{http.MethodGet, "/board", config.Issuer},
	{http.MethodGet, "/practice", config.Issuer},
	{http.MethodGet, "/sw.js", config.Issuer},
	{http.MethodGet, privacy.Path, config.Issuer},
	{http.MethodGet, "/keys.json", config.Issuer},
	{http.MethodPost, "/api/code", config.Issuer},
	{http.MethodGet, "/api/practice", config.Issuer},
	{http.MethodGet, "/api/issue", config.Issuer}, // it counts what is posted
	{http.MethodGet, "/api/cast", config.Collector},
}

// elsewhere finds what a page loads from, or sends to, another server. A link to
// read on is none.
var elsewhere = regexp.MustCompile(`(?i)<(?:script|link|img|iframe|source|video|audio|embed|object|form|use|image)\b[^>]*\s(?:src|href|action|data|srcset)\s*=\s*["']?\s*(?:https?:)?//[^"'\s>]*`)

// provePages asks for the pages as they are served.
func (a *App) provePages(ctx context.Context) (prove.Finding, error) {
	var faults []string
	pages := 0
	for _, p := range publicPages {
		if !a.cfg.Role.Is(p.of) {
			continue
		}
		pages++
		res, body, err := a.askPublic(ctx, p.method, p.path)
		if err != nil {
			return prove.Finding{}, err
		}
		fault := func(what string) { faults = append(faults, p.path+": "+what) }
		if res.Header.Get("Set-Cookie") != "" {
			fault("Set-Cookie")
		}
		if policy := res.Header.Get("Content-Security-Policy"); !strict(policy) {
			fault("Content-Security-Policy: " + policy)
		}
		if strings.HasPrefix(p.path, "/api/") && res.Header.Get("Cache-Control") != "no-store" {
			fault("Cache-Control: " + res.Header.Get("Cache-Control"))
		}
		for _, other := range elsewhere.FindAllString(string(body), -1) {
			fault(other)
		}
	}
	return brokenBy(faults, pages)
}

// strict says whether a policy lets a page load from its own server alone. A
// recording that the page holds already comes from no server.
func strict(policy string) bool {
	policy = strings.Replace(policy, "media-src 'self' blob:", "media-src 'self'", 1)
	return strings.Contains(policy, "default-src 'none'") &&
		!regexp.MustCompile(`(?i)unsafe|https?:|//|\*|data:|blob:`).MatchString(policy)
}

// askPublic asks this server's own public listener, past any proxy.
func (a *App) askPublic(ctx context.Context, method, path string) (*http.Response, []byte, error) {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	if a.cfg.TLSCert != "" {
		known, err := os.ReadFile(a.cfg.TLSCert)
		if err != nil {
			return nil, nil, err
		}
		u, err := url.Parse(a.publicURL)
		if err != nil {
			return nil, nil, err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(known)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	return ask(ctx, transport, method, a.public.URL()+path)
}

func ask(ctx context.Context, transport http.RoundTripper, method, address string) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("{}")
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return nil, nil, fmt.Errorf("ask for %s: %w", address, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	return res, text, err
}

// metricLabels are all that a metric of the operator's may have.
var metricLabels = []string{"step", "outcome", "path", "version", "checksum"}

var (
	metric = regexp.MustCompile(`(?m)^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$`)
	label  = regexp.MustCompile(`([a-z_]+)="`)
)

// proveMetrics reads what monitoring reads.
func (a *App) proveMetrics(ctx context.Context) (prove.Finding, error) {
	_, body, err := ask(ctx, http.DefaultTransport, http.MethodGet, a.AdminURL()+"/metrics")
	if err != nil {
		return prove.Finding{}, err
	}
	var faults []string
	found := metric.FindAllStringSubmatch(string(body), -1)
	if len(found) == 0 {
		return prove.Finding{}, errors.New("the operator's listener shows no metrics")
	}
	for _, m := range found {
		name, labels := m[1], label.FindAllStringSubmatch(m[2], -1)
		value, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return prove.Finding{}, err
		}
		if name == "folgmed_ballots_total" && int64(value)%10 != 0 {
			faults = append(faults, m[0])
		}
		// What Go and the system count by themselves moves with each request.
		if strings.HasPrefix(name, "process_") || strings.HasPrefix(name, "go_") && name != "go_build_info" || strings.HasPrefix(name, "promhttp_") {
			faults = append(faults, name)
		}
		for _, l := range labels {
			if !slices.Contains(metricLabels, l[1]) {
				faults = append(faults, name+"{"+l[1]+"}")
			}
		}
	}
	return brokenBy(faults, len(found))
}

// proveTablet asks for each file of the tablet app and holds it against what was
// built into this program.
func (a *App) proveTablet(ctx context.Context) (prove.Finding, error) {
	files, err := pupil.Files()
	if err != nil {
		return prove.Finding{}, err
	}
	var other []string
	for name, want := range files {
		path := "/" + name
		switch name {
		case "index.html":
			path = "/"
		case "board.html", "practice.html":
			path = "/" + strings.TrimSuffix(name, ".html")
		case "worker.js":
			path = "/sw.js"
		}
		_, body, err := a.askPublic(ctx, http.MethodGet, path)
		if err != nil {
			return prove.Finding{}, err
		}
		switch name {
		case "index.html", "board.html":
			body = []byte(strings.Replace(string(body), "<html data-rehearsal ", "<html ", 1))
		case "worker.js": // the list of files stands on a line before it
			_, after, _ := strings.Cut(string(body), "\n")
			body = []byte(after)
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != want {
			other = append(other, path)
		}
	}
	f, err := brokenBy(other, len(files))
	if f.Result == prove.Kept {
		f.Details = []string{privacy.Sum(files)}
	}
	return f, err
}
