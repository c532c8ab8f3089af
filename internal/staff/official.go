package staff

import (
	_ "embed"
	"fmt"
	"net/http"

	"github.com/goccy/go-yaml"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/web"
)

//go:embed official.yaml
var officialFile []byte

// official is a page of the authorities: an address, or what to search for on
// which site.
type official struct {
	URL   string            `yaml:"url"`
	Site  string            `yaml:"site"`
	Title map[string]string `yaml:"title"`
}

func readOfficial() (map[string]official, error) {
	var pages map[string]official
	if err := yaml.UnmarshalWithOptions(officialFile, &pages, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read official.yaml: %w", err)
	}
	return pages, nil
}

// explained are the duties, in the order in which one meets them, each with the
// official pages on it.
var explained = []struct {
	duty  string
	pages []string
}{
	{"monitor", []string{"films", "circular"}},
	{"intervene", []string{"films", "circular"}},
	{"report", []string{"films", "circular"}},
	{"sharpened", []string{"circular", "law"}},
	{"investigate", []string{"films", "circular"}},
	{"act", []string{"films", "circular"}},
	{"document", []string{"circular", "law"}},
	{"governor", []string{"governor", "circular"}},
}

// dutiesPage is /staff/duties: what each duty asks, in a few words.
type dutiesPage struct {
	web.Frame
	Duties []explanation
}

type explanation struct {
	Key, Title, Text string
	Links            []link
	Search           []string // pages whose address we do not know
}

func (s *Staff) showDuties(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	page := dutiesPage{Frame: v.frameAt("")}
	for _, e := range explained {
		one := explanation{Key: e.duty, Title: v.t("duties." + e.duty + ".title"), Text: v.t("duties." + e.duty + ".text")}
		for _, name := range e.pages {
			switch p := s.official[name]; {
			case p.URL != "":
				one.Links = append(one.Links, link{p.URL, p.Title[v.lang]})
			default:
				one.Search = append(one.Search, v.t("duties.search", p.Title[v.lang], p.Site))
			}
		}
		page.Duties = append(page.Duties, one)
	}
	return s.pages.Render(c, http.StatusOK, "duties", v.lang, page)
}
