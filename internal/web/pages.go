package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"github.com/labstack/echo/v4"
)

//go:embed static layout templates locale openapi.yaml
var files embed.FS

// own are the stylesheet and icon that every page shares.
var own = must(NewAssets(must(fs.Sub(files, "static")), "/static/"))

// shell is the catalog of the layout.
var shell = must(NewCatalog(files, "locale"))

// Frame is what stands around a page. Embed it in the data of a page; the zero
// Frame is a page without navigation.
type Frame struct {
	Home    string // where the wordmark leads; "/staff" if empty
	Nav     []NavItem
	Places  []NavItem // schools to choose between
	Who     string    // the name of who is signed in; empty: nobody, and no way out
	Place   string    // school or owner, beside the name
	Today   bool      // who is signed in is here for the day: nothing waits for them
	SignOut string    // where "sign out" posts to; "/staff/signout" if empty
	Narrow  bool      // one column of text, as for a form
}

// NavItem is one place the navigation leads to.
type NavItem struct {
	Label   string
	Href    string
	Current bool
}

func (f Frame) frame() Frame { return f }

// most is how many ways stand on one row of a phone.
const most = 3

// Folds says whether a phone shows the ways only when it is asked to: more
// would push the page itself down by half a screen.
func (f Frame) Folds() bool { return len(f.Nav)+len(f.Places) > most }

// Pages are templates that share one layout, bound to a catalog.
type Pages struct {
	cat   *Catalog
	pages map[string]map[string]*template.Template // by language and page
}

// NewPages parses templates/*.html of fsys: each file is one page that defines
// "title" and "main". What templates/partials/*.html define every page may use.
// It checks that every page has both blocks, and that the catalog has every key
// a template names, with as many verbs as it is given arguments.
//
// Templates know t, plural, lang, date, datetime, month and asset (the path of
// a shared static file), and funcs.
func NewPages(fsys fs.FS, cat *Catalog, funcs template.FuncMap) (*Pages, error) {
	names, err := fs.Glob(fsys, "templates/*.html")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("find pages in templates/*.html: %w", errors.Join(err, fs.ErrNotExist))
	}
	partials, err := fs.Glob(fsys, "templates/partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("find partials: %w", err)
	}
	p := &Pages{cat: cat, pages: map[string]map[string]*template.Template{}}
	for _, lang := range Languages {
		layout, err := template.New("layout").Funcs(bind(lang, cat)).Funcs(funcs).ParseFS(files, "layout/layout.html")
		if err != nil {
			return nil, fmt.Errorf("parse the layout: %w", err)
		}
		if layout, err = parseAll(layout, fsys, partials); err != nil {
			return nil, err
		}
		p.pages[lang] = map[string]*template.Template{}
		for _, name := range names {
			page, err := layout.Clone()
			if err != nil {
				return nil, fmt.Errorf("copy the layout: %w", err)
			}
			if page, err = parseAll(page, fsys, []string{name}); err != nil {
				return nil, err
			}
			if err := check(page, name, cat); err != nil {
				return nil, err
			}
			p.pages[lang][strings.TrimSuffix(path.Base(name), ".html")] = page
		}
	}
	return p, nil
}

func parseAll(t *template.Template, fsys fs.FS, names []string) (*template.Template, error) {
	if len(names) == 0 {
		return t, nil
	}
	t, err := t.ParseFS(fsys, names...)
	if err != nil {
		return nil, fmt.Errorf("parse a page: %w", err)
	}
	return t, nil
}

// bind returns the functions of a template in one language.
func bind(lang string, cat *Catalog) template.FuncMap {
	return template.FuncMap{
		"t":        func(key string, args ...any) string { return cat.Text(lang, key, args...) },
		"plural":   func(key string, n int, args ...any) string { return cat.Plural(lang, key, n, args...) },
		"shell":    func(key string, args ...any) string { return shell.Text(lang, key, args...) },
		"lang":     func() string { return lang },
		"date":     func(t time.Time) string { return Date(lang, t) },
		"datetime": func(t time.Time) string { return DateTime(lang, t) },
		"month":    func(m time.Month) string { return Month(lang, m) },
		"asset":    own.Path,
	}
}

// check finds a page's faults at start instead of before a reader.
func check(page *template.Template, name string, cat *Catalog) error {
	var faults []error
	for _, block := range []string{"title", "main"} {
		if page.Lookup(block) == nil {
			faults = append(faults, fmt.Errorf("%s: block %q is not defined", name, block))
		}
	}
	for _, t := range page.Templates() {
		if t.Tree == nil {
			continue
		}
		for _, c := range calls(t.Tree.Root, nil) {
			from, key := cat, c.key
			switch c.fn {
			case "shell":
				from = shell
			case "plural":
				key += ".other"
			}
			if !from.Has(key) {
				faults = append(faults, fmt.Errorf("%s: the catalog has no %q", name, key))
			} else if n := len(verbs(from.Text(Languages[0], key))); c.fn != "plural" && n != c.args {
				faults = append(faults, fmt.Errorf("%s: %q takes %d arguments and gets %d", name, key, n, c.args))
			}
		}
	}
	return errors.Join(faults...)
}

// call is a use of t, plural or shell with a key that is written out.
type call struct {
	fn, key string
	args    int // after the key
}

// calls collects the calls below n.
func calls(n parse.Node, found []call) []call {
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, m := range l.Nodes {
				found = calls(m, found)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		found = calls(b.Pipe, found)
		list(b.List)
		list(b.ElseList)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.ActionNode:
		found = calls(n.Pipe, found)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			found = calls(n.Pipe, found)
		}
	case *parse.PipeNode:
		for i, cmd := range n.Cmds {
			if c, ok := callOf(cmd); ok {
				if i > 0 {
					c.args++ // what is piped into it
				}
				found = append(found, c)
			}
			for _, arg := range cmd.Args {
				found = calls(arg, found)
			}
		}
	}
	return found
}

func callOf(cmd *parse.CommandNode) (call, bool) {
	if len(cmd.Args) < 2 {
		return call{}, false
	}
	fn, ok := cmd.Args[0].(*parse.IdentifierNode)
	if !ok || fn.Ident != "t" && fn.Ident != "plural" && fn.Ident != "shell" {
		return call{}, false
	}
	key, ok := cmd.Args[1].(*parse.StringNode)
	if !ok {
		return call{}, false
	}
	return call{fn.Ident, key.Text, len(cmd.Args) - 2}, true
}

// view is what the layout sees; the blocks of a page see Data alone.
type view struct {
	Frame     Frame
	Rehearsal bool
	Data      any
}

// Render sends a page. Data that embeds Frame says what stands around it. The
// page is made before a byte is sent, so an error in it is a clean 500.
func (p *Pages) Render(c echo.Context, status int, page, lang string, data any) error {
	if !known(lang) {
		lang = Languages[0]
	}
	t, ok := p.pages[lang][page]
	if !ok {
		return fmt.Errorf("render page %q: there is none; there are %v", page, slices.Sorted(maps.Keys(p.pages[lang])))
	}
	v := view{Data: data}
	if f, ok := data.(interface{ frame() Frame }); ok {
		v.Frame = f.frame()
	}
	v.Rehearsal, _ = c.Get(rehearsalKey).(bool)
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", v); err != nil {
		return fmt.Errorf("render page %q: %w", page, err)
	}
	c.Response().Header().Set("Content-Language", lang)
	c.Response().Header().Add("Vary", "Accept-Language")
	return c.HTMLBlob(status, b.Bytes())
}
