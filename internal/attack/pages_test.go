package attack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/sync/errgroup"

	"github.com/folgmed/folgmed/internal/access"
)

// open are the entrances for anyone, and guarded those for whoever works here or
// has an owner's token. Every link is followed from there.
var (
	open    = []string{"/", "/k", "/board", "/practice", "/personvern", "/keys.json", "/openapi.yaml"}
	guarded = []string{"/owner/metrics", "/staff", "/staff/owner", "/staff/personvern"}
)

// reader is someone at a browser, or a program with an owner's token, or nobody
// in particular.
type reader struct {
	name   string
	token  string
	http   *http.Client
	from   []string
	within string // links to elsewhere are left to the parent: they show everyone the same
}

// readers are a principal and one of the owner's people in each world, in every
// fourth also people of every other role, a program of each owner's, and a
// parent.
func (s *server) readers(t *testing.T, worlds []*world) []reader {
	t.Helper()
	all := []reader{{name: "a parent", http: &http.Client{}, from: slices.Concat(open, guarded), within: "/"}}
	for i, w := range worlds {
		token, err := s.OwnerToken(t.Context(), w.owner.Org)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, reader{name: "a program of " + w.owner.Org, token: token, http: &http.Client{}, from: guarded, within: "/staff"})
		roles := []access.Role{access.Principal, access.OwnerRole}
		if i%4 == 0 {
			roles = access.Roles
		}
		for _, role := range roles {
			p := access.Person{
				Email: string(role) + "@" + w.owner.Org + ".example", Name: "Kari " + string(role), Role: role, Owner: w.owner.Org,
			}
			if role != access.OwnerRole {
				p.Schools = []string{w.owner.Schools[0].Org}
			}
			if role == access.Teacher {
				p.Classes = []string{w.owner.Schools[0].Org + "/" + w.owner.Schools[0].Classes[0].Name}
			}
			if err := s.AddPerson(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			all = append(all, reader{name: p.Email, http: s.signIn(t, p.Email), from: guarded, within: "/staff"})
		}
	}
	return all
}

func (s *server) signIn(t *testing.T, email string) *http.Client {
	t.Helper()
	link, err := s.SignInLink(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	page, err := client.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	doc, err := goquery.NewDocumentFromReader(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	doc.Find("main form input").Each(func(_ int, in *goquery.Selection) {
		form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	at.RawQuery = ""
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.String(), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if len(jar.Cookies(at)) == 0 {
		t.Fatalf("%s can not sign in: %s", email, res.Status)
	}
	return client
}

// read is every byte that readers are shown, by who and where.
func (s *server) read(t *testing.T, readers []reader) map[string]string {
	t.Helper()
	shown := make([]map[string]string, len(readers))
	var group errgroup.Group
	group.SetLimit(8)
	for i, r := range readers {
		group.Go(func() (err error) {
			shown[i], err = s.follow(t.Context(), r)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	// Whoever works at a school is known by a number that is drawn.
	people, err := s.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, p := range people {
		numbers = append(numbers, p.ID, p.Email)
	}
	known := strings.NewReplacer(numbers...)
	all := make(map[string]string)
	for i, pages := range shown {
		for path, page := range pages {
			all[readers[i].name+" "+known.Replace(path)] = known.Replace(page)
		}
	}
	metrics, _, err := s.get(t.Context(), reader{http: &http.Client{}}, s.AdminURL(), "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	all["the operator /metrics"] = metrics
	return all
}

// follow reads all that a reader can come to by links.
func (s *server) follow(ctx context.Context, r reader) (map[string]string, error) {
	pages := make(map[string]string)
	for ahead := slices.Clone(r.from); len(ahead) > 0; ahead = ahead[1:] {
		path := ahead[0]
		if _, seen := pages[path]; seen {
			continue
		}
		page, links, err := s.get(ctx, r, s.PublicURL(), path)
		if err != nil {
			return nil, err
		}
		pages[path] = page
		for _, link := range links {
			if strings.HasPrefix(link, r.within) {
				ahead = append(ahead, link)
			}
		}
	}
	return pages, nil
}

// get reads one page, with all that comes with it, and finds its links.
func (s *server) get(ctx context.Context, r reader, base, path string) (page string, links []string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		return "", nil, err
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	res, err := r.http.Do(req)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", nil, err
	}
	var text strings.Builder
	fmt.Fprintln(&text, res.Status)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		if name != "Date" && name != "Set-Cookie" {
			fmt.Fprintln(&text, name, res.Header[name])
		}
	}
	text.Write(body)
	if doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body)); err == nil {
		doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			to, err := res.Request.URL.Parse(a.AttrOr("href", ""))
			if err == nil && strings.HasPrefix(to.String(), base+"/") {
				to.Fragment = ""
				links = append(links, strings.TrimPrefix(to.String(), base))
			}
		})
	}
	return anywhere(text.String(), base), links, nil
}

// drawn are the values of form fields that are drawn anew for each page.
var drawn = regexp.MustCompile(`(<input type="hidden" name="(?:event|choice)" value=")[^"]*`)

// marks tell one version of what is written of a person from the next, by a hash
// that takes in the number that was drawn for the person.
var marks = regexp.MustCompile(`(<input type="hidden" name="seen" value=")[0-9a-f]{16}"`)

// squares are the QR codes of addresses that stand beside them.
var squares = regexp.MustCompile(`(<path d=")[^"]*(" fill="#000"/></svg></figure>\s*<p><a href=")`)

// anywhere leaves out of a page where the server listens, in words and in squares,
// and what is drawn anew each time that it is shown.
func anywhere(page, base string) string {
	host := strings.TrimPrefix(base, "http://")
	page = squares.ReplaceAllString(strings.ReplaceAll(page, host, "folgmed.example"), "$1$2")
	return drawn.ReplaceAllString(marks.ReplaceAllString(page, `$1"`), "$1")
}
