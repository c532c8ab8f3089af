package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
)

// statuses is the one table from the outcome of an error to its HTTP status.
// Each outcome has its words in locale/*.yaml (error.OUTCOME.title and .text).
var statuses = map[string]int{
	// The closed lists of issue and cast.
	"malformed":      http.StatusBadRequest,
	"too_large":      http.StatusRequestEntityTooLarge,
	"code_refused":   http.StatusForbidden,
	"bad_token":      http.StatusForbidden,
	"unknown_class":  http.StatusNotFound,
	"no_place":       http.StatusConflict,
	"session_closed": http.StatusConflict,
	"wave_closed":    http.StatusGone,
	"rate_limited":   http.StatusTooManyRequests,
	"unavailable":    http.StatusServiceUnavailable,
	// Pages and the shell itself.
	"not_found":          http.StatusNotFound,
	"method_not_allowed": http.StatusMethodNotAllowed,
	"forbidden":          http.StatusForbidden,
	"signed_out":         http.StatusUnauthorized,
	"cross_origin":       http.StatusForbidden,
	"internal":           http.StatusInternalServerError,
}

// retryAfter is how many seconds a caller should wait after unavailable or
// rate_limited.
const retryAfter = 5

var errPanicked = errors.New("a handler panicked")

// failure is an error with its outcome.
type failure struct {
	outcome string
	err     error
}

func (f *failure) Error() string   { return f.outcome + ": " + f.err.Error() }
func (f *failure) Unwrap() error   { return f.err }
func (f *failure) Outcome() string { return f.outcome }

// Fail returns err with the outcome it is answered by: one of the table in
// this file. It panics on any other outcome, or if err is nil.
func Fail(outcome string, err error) error {
	if _, ok := statuses[outcome]; !ok {
		panic("web: unknown outcome " + strconv.Quote(outcome))
	}
	if err == nil {
		panic("web: Fail without an error")
	}
	return &failure{outcome, err}
}

// Outcome returns the outcome that err carries: that of the outermost error in
// its chain with a method Outcome() string, or the one a fault of the shell or
// of Echo amounts to. It is false for an error without one, and for one whose
// outcome is not in the table.
func Outcome(err error) (string, bool) {
	var named interface{ Outcome() string }
	if errors.As(err, &named) {
		_, ok := statuses[named.Outcome()]
		return named.Outcome(), ok
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return "too_large", true
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		switch he.Code {
		case http.StatusNotFound:
			return "not_found", true
		case http.StatusMethodNotAllowed:
			return "method_not_allowed", true
		case http.StatusRequestEntityTooLarge:
			return "too_large", true
		case http.StatusBadRequest, http.StatusUnsupportedMediaType:
			return "malformed", true
		case http.StatusForbidden:
			return "forbidden", true
		}
	}
	return "", false
}

// Status returns the HTTP status of an outcome, 500 for one not in the table.
func Status(outcome string) int {
	if s, ok := statuses[outcome]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// ErrorBody is the JSON of every error of the API.
type ErrorBody struct {
	Outcome string `json:"outcome"`
	Message string `json:"message"`
}

// errorHandler answers every error: JSON under /api, a page for people
// elsewhere. An error without an outcome is "internal": logged, and told to
// nobody else. That the API is unavailable is for those to log who know why,
// and once: a line for each request would be one for each pupil.
func errorHandler(log *slog.Logger, pages *Pages) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		outcome, ok := Outcome(err)
		if !ok {
			outcome = "internal"
		}
		status := Status(outcome)
		ctx := c.Request().Context()
		if status >= http.StatusInternalServerError && ctx.Err() == nil && (outcome != "unavailable" || !isAPI(c)) {
			log.LogAttrs(ctx, slog.LevelError, "request failed",
				slog.String("route", c.Path()),
				slog.String("outcome", outcome),
				slog.Any("error", err))
		}
		if outcome == "unavailable" || outcome == "rate_limited" {
			c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(retryAfter))
		}
		if err := answer(c, pages, status, outcome); err != nil {
			log.LogAttrs(ctx, slog.LevelError, "an error page could not be sent",
				slog.String("route", c.Path()), slog.Any("error", err))
		}
	}
}

func answer(c echo.Context, pages *Pages, status int, outcome string) error {
	lang := Lang(c)
	switch {
	case c.Request().Method == http.MethodHead:
		return c.NoContent(status)
	case isAPI(c):
		return c.JSON(status, ErrorBody{
			Outcome: outcome,
			Message: pages.cat.Text(lang, "error."+outcome+".text"),
		})
	}
	page := errorPage{Frame: Frame{Home: "/", Narrow: true}, Outcome: outcome}
	if under(c.Request().URL.Path, "/staff") {
		page.Home = "/staff"
		page.keep(c.Request(), status)
	}
	return pages.Render(c, status, "error", lang, page)
}

// errorPage is the data of templates/error.html.
type errorPage struct {
	Frame
	Outcome string
	Action  string      // where to send a form again that we could not take
	Fields  []SentField // and what was typed
}

// keep gives staff back the form that they sent when the fault is ours: nothing
// that was written is lost while the database is away.
func (p *errorPage) keep(r *http.Request, status int) {
	if r.Method != http.MethodPost || status < http.StatusInternalServerError {
		return
	}
	if fields, err := Sent(r); err == nil && len(fields) > 0 {
		p.Action, p.Fields = r.URL.RequestURI(), fields
	}
}

func typeOf(v any) string { return fmt.Sprintf("%T", v) }

func itoa(n int) string { return strconv.Itoa(n) }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// must is for embedded files: a fault in one is a bug of ours.
func must[T any](v T, err error) T {
	if err != nil {
		panic("web: " + err.Error())
	}
	return v
}
