// Package pupil is the tablet app: the page, the three requests it makes, and the
// page of a class screen beside the tablets. The app itself stands in app/ (TypeScript); `make build` bundles it into
// dist/, which is embedded.
//
// It keeps no session, sets no cookie and writes no log: nothing here could
// tell two children of a class apart, so nothing here must try. It reaches
// neither staff nor audit.
package pupil

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

//go:embed all:dist
var built embed.FS

// Issuer turns codes into ballots. Its errors carry their own outcome.
type Issuer interface {
	// Lookup tells what the class of a code is asked, and spends nothing.
	Lookup(ctx context.Context, code string) (ballot.Found, error)
	// Issue spends the code, or takes a place by the ticket, on a blinded nonce.
	Issue(ctx context.Context, code string, blinded []byte) (ballot.Evaluation, ballot.Outcome, error)
}

// Collector counts a ballot. Cast returns once the ballot is durable; its
// errors carry their own outcome.
type Collector interface {
	Cast(ctx context.Context, body io.Reader) (collect.Counted, collect.Outcome, error)
}

// Keys knows the public keys of every school year.
type Keys interface {
	Chain() ballot.Chain
}

// Tally counts how requests end.
type Tally interface {
	Add(step, outcome string)
}

// The steps that are counted.
const (
	StepIssue = "issue"
	StepCast  = "cast"
)

// Options are what the app needs of the others.
type Options struct {
	Issuer    Issuer
	Collector Collector
	Roster    func() roster.Roster // the one in force
	Surveys   surveys.Set
	Keys      Keys
	Tally     Tally
	Rehearsal bool // every screen says that nothing here is real
}

// App answers pupils.
type App struct {
	opts   Options
	page   []byte
	board  []byte
	trial  []byte
	assets *web.Assets
	sw     *worker
}

// New fails if the tablet app has not been built into this binary.
func New(o Options) (*App, error) {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the tablet app: %w", err)
	}
	page, err := readPage(dist, "index.html", o.Rehearsal)
	if err != nil {
		return nil, err
	}
	board, err := readPage(dist, "board.html", o.Rehearsal)
	if err != nil {
		return nil, err
	}
	trial, err := readPage(dist, "practice.html", false) // it says so itself
	if err != nil {
		return nil, err
	}
	bundle, err := fs.Sub(dist, "assets")
	if err != nil {
		return nil, fmt.Errorf("open the tablet app: %w", err)
	}
	assets, err := web.NewAssets(bundle, "/assets/")
	if err != nil {
		return nil, fmt.Errorf("load the tablet app: %w", err)
	}
	sw, err := newWorker(dist, bundle, page)
	if err != nil {
		return nil, err
	}
	return &App{opts: o, page: page, board: board, trial: trial, assets: assets, sw: sw}, nil
}

// readPage reads a page, which in a rehearsal says so.
func readPage(dist fs.FS, name string, rehearsal bool) ([]byte, error) {
	page, err := fs.ReadFile(dist, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the tablet app is not built: run make build")
	}
	if err != nil {
		return nil, fmt.Errorf("read the tablet app: %w", err)
	}
	if rehearsal {
		page = bytes.Replace(page, []byte("<html "), []byte("<html data-rehearsal "), 1)
	}
	return page, nil
}

// Routes adds the page at / and /k, those of the class screen and of a practice
// round, their files, and the API.
func (a *App) Routes(e *echo.Echo) {
	e.GET("/", a.index)
	e.GET("/k", a.index) // the code follows after #, which no browser sends
	e.GET("/board", a.wholeClass)
	e.GET("/practice", a.practise) // the grade follows after #
	e.GET("/assets/*", a.asset)
	e.GET("/sounds/:name", a.sound)
	e.GET("/sw.js", a.worker, middleware.Gzip())
	e.POST("/clear", a.clear)
	e.GET("/keys.json", a.keys, middleware.Gzip())

	// Of the API only the questions are worth compressing: the other replies
	// are a few dozen bytes, and a compressor for each costs more than all else
	// here.
	api := e.Group("/api")
	api.POST("/code", a.code, apart, middleware.Gzip())
	api.GET("/practice", a.practice, middleware.Gzip())
	api.POST("/issue", a.counted(StepIssue, a.issue), apart)
	api.POST("/cast", a.counted(StepCast, a.cast))
}

// apart closes the connection of a request that carried a code after its
// reply, so that the cast comes over another one (ANONYMITY §2.3).
func apart(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderConnection, "close")
		return next(c)
	}
}

// clear lets a tablet whose ballots are all counted drop what the browser kept
// of pages by itself. It does not clear the storage: there lie the app, for
// when the network is away, and the fingerprint of the keys.
func (a *App) clear(c echo.Context) error {
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
	return c.NoContent(http.StatusNoContent)
}

func (a *App) index(c echo.Context) error {
	header := c.Response().Header()
	for name, values := range pageHeaders(c) {
		header[name] = values
	}
	return c.Blob(http.StatusOK, header.Get(echo.HeaderContentType), a.page)
}

// wholeClass is the page of the class screen, which shows and reads the questions
// while the tablets follow. It is a page of the app, so that both have the same
// words, pictures and voices; it takes no place and makes no ballot.
func (a *App) wholeClass(c echo.Context) error {
	web.AllowMedia(c.Response().Header())
	return c.HTMLBlob(http.StatusOK, a.board)
}

// practise is the page of a practice round: the questions and screens of the app,
// without what keeps answers and sends them.
func (a *App) practise(c echo.Context) error {
	web.AllowMedia(c.Response().Header())
	return c.HTMLBlob(http.StatusOK, a.trial)
}

// pageHeaders are those of the page: the shell's, and one script address that
// the page may make of a string, that of its service worker.
func pageHeaders(c echo.Context) http.Header {
	header := c.Response().Header().Clone()
	for _, name := range []string{echo.HeaderVary, echo.HeaderContentEncoding} {
		header.Del(name) // of the worker's reply
	}
	header.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	web.AllowTrustedTypes(header, "folgmed-worker")
	web.AllowMedia(header)
	return header
}

// sound serves a recording of a text. A tablet takes all of a wave in one go, so
// that nothing tells which of them a child has listened to.
func (a *App) sound(c echo.Context) error {
	data, err := a.opts.Surveys.Recording(c.Param("name"))
	if errors.Is(err, fs.ErrNotExist) {
		return echo.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read recording: %w", err)
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, "audio/mpeg", data)
}

// asset serves a bundled file. Its name holds a hash of what is in it, so a
// tablet never asks for it again.
func (a *App) asset(c echo.Context) error {
	c.Response().Before(func() {
		if c.Response().Status == http.StatusOK {
			c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
	})
	return a.assets.Serve(c, c.Param("*"))
}
