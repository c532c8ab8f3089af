package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Limit refuses a body over n bytes as too_large. The stricter of several
// limits holds.
func Limit(n int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > n {
				return Fail("too_large", fmt.Errorf("body of %d bytes, at most %d are taken", r.ContentLength, n))
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, n)
			return next(c)
		}
	}
}

// ReadJSON reads one JSON value into v from a body of at most limit bytes. The
// error's outcome is too_large or malformed: not JSON, a field v does not
// have, anything after the value, or another content type. It never quotes
// what was sent.
func ReadJSON(c echo.Context, limit int64, v any) error {
	r := c.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationJSON {
		return Fail("malformed", errors.New("the content type is not application/json"))
	}
	d := json.NewDecoder(http.MaxBytesReader(c.Response(), r.Body, limit))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		_, err = d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return Fail("too_large", large)
	}
	return Fail("malformed", errors.New("the body is not the JSON that is asked for"))
}
