// Package web is the shell of every page and of the JSON API: errors to HTTP
// in one place, headers and a content security policy, rendering, static
// files, locale catalogs, listeners. It knows no domain package.
//
// It keeps no access log. What it does log is its own faults, by route
// pattern, never with an address, a query, a body or a header.
package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"runtime"
	"strings"

	"github.com/labstack/echo/v4"
)

// Options say how the shell stands in the world.
type Options struct {
	Log       *slog.Logger
	TLS       bool // pupils and staff reach us by https, here or at a proxy
	Rehearsal bool // every page says that nothing here is real
}

// bodyLimit is the largest body any route takes, in bytes; a route that takes
// less says so with ReadJSON or Limit.
const bodyLimit = 64 << 10

// New returns an Echo with the error map, headers, limits and recovery that
// every public route needs, its own static files under /static/ and the API
// description at /openapi.yaml. It panics if its embedded files are broken.
func New(o Options) *echo.Echo {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(discard{})
	pages := must(NewPages(files, must(NewCatalog(files, "locale")), nil))
	e.HTTPErrorHandler = errorHandler(o.Log, pages)
	e.Pre(headers(o))
	e.Use(
		remember(o),
		recovery(o.Log),
		sameOrigin(),
		Limit(bodyLimit),
	)
	own.Routes(e)
	e.GET("/openapi.yaml", serveOpenAPI)
	return e
}

// policy allows nothing inline and nothing from elsewhere, and no script may
// turn a string into markup.
var policy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"connect-src 'self'",
	"manifest-src 'self'",
	"worker-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
	"trusted-types 'none'",
}, "; ")

// AllowTrustedTypes lets a page's own script make one Trusted Types policy of
// this name.
func AllowTrustedTypes(page http.Header, name string) {
	const header = "Content-Security-Policy"
	page.Set(header, strings.Replace(page.Get(header), "trusted-types 'none'", "trusted-types "+name, 1))
}

// AllowOwnStyle lets a page keep the style that stands in it: a page that is
// printed and kept must need nothing else.
func AllowOwnStyle(h http.Header, page []byte) {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, ok := bytes.Cut(rest, []byte("</style>"))
	if !ok {
		return
	}
	const header = "Content-Security-Policy"
	sum := sha256.Sum256(style)
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	h.Set(header, strings.Replace(h.Get(header), "style-src 'self'", "style-src 'self' "+hash, 1))
}

// AllowMedia lets a page play recordings of this site, also those it keeps.
func AllowMedia(page http.Header) {
	const header = "Content-Security-Policy"
	page.Set(header, page.Get(header)+"; media-src 'self' blob:")
}

// headers are set before routing, so that errors and redirects carry them too.
func headers(o Options) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
			h.Set("Referrer-Policy", "no-referrer")
			if under(c.Request().URL.Path, "/staff") {
				// Under no-referrer a browser sends "Origin: null" with a form,
				// and one too old for Sec-Fetch-Site would be taken for another
				// site. Nothing leaves this one either way.
				h.Set("Referrer-Policy", "same-origin")
			}
			h.Set("Cache-Control", "no-store")
			if o.TLS {
				h.Set("Strict-Transport-Security", "max-age=63072000")
			}
			return next(c)
		}
	}
}

// remember puts what a page must know of the installation where Render finds it.
func remember(o Options) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(rehearsalKey, o.Rehearsal)
			return next(c)
		}
	}
}

// sameOrigin refuses what another site's page makes a browser send. The JSON
// API is exempt: it has no cookie to borrow, and a collector may stand on a
// host of its own.
func sameOrigin() echo.MiddlewareFunc {
	guard := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if isAPI(c) {
				return next(c)
			}
			if err := guard.Check(c.Request()); err != nil {
				return Fail("cross_origin", err)
			}
			return next(c)
		}
	}
}

// recovery turns a panic into an internal error. The log gets the type of the
// panic and the functions it passed, never its arguments; the value too, but
// only where no pupil can be: it may quote what a tablet sent.
func recovery(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				v := recover()
				if v == nil {
					return
				}
				if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
					panic(v)
				}
				attrs := []slog.Attr{
					slog.String("route", c.Path()),
					slog.String("type", typeOf(v)),
					slog.Any("frames", frames()),
				}
				if !pupilRoute(c) {
					attrs = append(attrs, slog.Any("value", v))
				}
				log.LogAttrs(c.Request().Context(), slog.LevelError, "panic in a handler", attrs...)
				err = errPanicked
			}()
			return next(c)
		}
	}
}

// frames lists the functions between the panic and the recovery, with lines
// but without arguments: a stack dump would print those.
func frames() []string {
	pcs := make([]uintptr, 32)
	it := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var list []string
	for {
		f, more := it.Next()
		list = append(list, f.Function+":"+itoa(f.Line))
		if !more {
			return list
		}
	}
}

// pupilRoute says whether a request may come from a pupil: every route that is
// not known to be for adults.
func pupilRoute(c echo.Context) bool {
	path := c.Request().URL.Path
	return !under(path, "/staff") && !under(path, "/owner")
}

func isAPI(c echo.Context) bool { return under(c.Request().URL.Path, "/api") }

// under says whether path is dir or below it.
func under(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}
