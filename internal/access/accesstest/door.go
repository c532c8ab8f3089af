package accesstest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// Door is a browser in front of a server whose pages stand behind
// access.Service.Require.
type Door struct {
	*webtest.Browser
	URL     string // of the server
	t       testing.TB
	service *access.Service
}

// Open starts a browser and a server, until the test ends.
func Open(t testing.TB, pages http.Handler, s *access.Service) *Door {
	t.Helper()
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	return &Door{webtest.NewBrowser(t), server.URL, t, s}
}

// Enter signs somebody in by a new link, as the only one in the browser.
func (d *Door) Enter(email string) {
	d.t.Helper()
	token, err := d.service.Link(d.t.Context(), email)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Visit(d.URL + "/staff/signin?token=" + token)
	d.Click("main form button")
}
