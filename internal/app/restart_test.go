package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/engine"
)

// TestEngineRestartedUnderAForm kills the engine while someone writes a report.
// What was typed comes back with the answer, and sent again it is one report.
func TestEngineRestartedUnderAForm(t *testing.T) {
	t.Parallel()
	db, err := engine.Start(t.Context(), engine.Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { _ = db.Stop(context.Background()) })
	in := installation{data: t.TempDir()}
	in.db.URL, in.db.User, in.db.Password = db.URL(), db.User(), db.Password()
	a := New(in.config(), Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true})
	must(t, a.Start(t.Context()))
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	must(t, a.SaveRoster(t.Context(), oneSchool()))
	must(t, a.AddPerson(t.Context(), access.Person{Email: principal, Name: "Ragnhild Rektor", Role: access.Principal, Owner: "000000001", Schools: []string{school}}))

	b := signIn(t, a, principal)
	fields := url.Values{"what": {"Noen går alene hver dag."}, "sources": {"observation", "pupil"}, "about": {"pupils"}}
	page := b.get("/staff/report")
	form := func(doc *goquery.Document) (string, url.Values) {
		f := doc.Find(`form[action^="/staff/report"]`)
		values := url.Values{}
		f.Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
			values.Add(in.AttrOr("name", ""), in.AttrOr("value", ""))
		})
		return f.AttrOr("action", ""), values
	}
	action, values := form(page)
	for name, v := range fields {
		values[name] = v
	}
	send := func() *http.Response {
		res, err := b.http.PostForm(a.PublicURL()+action, values)
		must(t, err)
		return res
	}
	must(t, syscall.Kill(db.PID(), syscall.SIGKILL))
	// The engine is restarted by itself; until then each answer holds the form.
	lost := 0
	for {
		res := send()
		doc, err := goquery.NewDocumentFromReader(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		if strings.HasPrefix(res.Request.URL.Path, "/staff/reports/") {
			break
		}
		lost++
		if res.StatusCode < http.StatusInternalServerError {
			t.Fatalf("while the engine is away: %s", res.Status)
		}
		if _, again := form(doc); again.Get("what") == "" {
			if doc.Find("textarea").Text() != fields.Get("what") {
				t.Fatalf("what was typed is lost:\n%s", doc.Find("main").Text())
			}
		} else {
			action, values = form(doc)
		}
	}
	if lost == 0 {
		t.Error("the engine was never away: nothing was tried")
	}
	events, err := a.store.DutyEvents(t.Context(), school)
	must(t, err)
	if reports := duty.Reports(events); len(reports) != 1 || reports[0].What != fields.Get("what") || len(reports[0].Sources) != 2 {
		t.Errorf("%d reports: %+v", len(reports), reports)
	}
}
