package app

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/folgmed/folgmed/"
)

// reaches lists, for packages of ours, what they may not reach, not even
// through another package. Privacy is held here, not by care (DESIGN §3).
var reaches = []struct {
	why    string
	from   []string
	never  []string
	except []string
}{
	{
		why:  "a ballot knows no answer, an answer no ballot",
		from: []string{"internal/ballot"}, never: []string{"internal/answer"},
	},
	{
		why:  "a ballot knows no answer, an answer no ballot",
		from: []string{"internal/answer"}, never: []string{"internal/ballot"},
	},
	{
		why:  "who hands out ballots reaches neither who counts them nor what is counted",
		from: []string{"internal/ballot"}, never: []string{"internal/collect", "internal/counts", "internal/seal", "internal/watch", "internal/store"},
	},
	{
		why:  "who takes answers in can not count them",
		from: []string{"internal/collect"}, never: []string{"internal/counts", "internal/seal", "internal/watch", "internal/disclosure", "internal/store"},
	},
	{
		why:   "what staff and owners see is released, never raw",
		from:  []string{"internal/staff", "internal/owner", "internal/duty", "internal/prompt", "internal/chart", "internal/access", "internal/audit", "internal/classroom", "internal/notify", "internal/desk", "internal/people", "internal/logbook"},
		never: []string{"internal/answer", "internal/ballot", "internal/counts", "internal/store", "internal/watch", "analytics"},
	},
	{
		why:   "the gate takes numbers: it can not look behind them",
		from:  []string{"internal/disclosure"},
		never: []string{"internal/answer", "internal/ballot", "internal/counts", "internal/store", "internal/watch", "internal/collect", "analytics"},
	},
	{
		why:   "nothing that a child reaches can log a child",
		from:  []string{"internal/pupil", "internal/ballot", "internal/collect", "internal/answer", "internal/commit"},
		never: []string{"internal/audit", "internal/access", "internal/staff", "internal/duty", "internal/owner", "internal/classroom", "internal/desk", "internal/people", "internal/logbook"},
	},
	{
		why:   "what parents read is written of questions, schools and tables, without an answer, a code or a person at hand",
		from:  []string{"internal/privacy"},
		never: []string{"internal/answer", "internal/ballot", "internal/collect", "internal/counts", "internal/store", "internal/watch", "internal/disclosure", "internal/access", "internal/audit", "internal/duty", "internal/staff", "internal/owner", "analytics"},
	},
	{
		why:   "what is said of the promises is said without a count, an answer or a person at hand",
		from:  []string{"internal/prove"},
		never: []string{"internal/answer", "internal/ballot", "internal/collect", "internal/counts", "internal/store", "internal/watch", "internal/disclosure", "internal/access", "internal/audit", "internal/duty", "internal/staff", "internal/owner", "internal/roster", "analytics"},
	},
	{
		why:  "statistics and questionnaires can be used by others",
		from: []string{"analytics", "surveys"}, never: []string{"internal"},
	},
	{
		why:    "the shell knows no domain",
		from:   []string{"internal/web"},
		never:  []string{"internal", "analytics", "surveys"},
		except: []string{"internal/web"},
	},
	{
		why:    "what carries calls knows none of them",
		from:   []string{"internal/socket"},
		never:  []string{"internal", "analytics", "surveys"},
		except: []string{"internal/socket"},
	},
	{
		why:   "who shows pages to staff can not give the operator's commands",
		from:  []string{"internal/staff", "internal/owner", "internal/access", "internal/classroom"},
		never: []string{"internal/control"},
	},
	{
		why:  "the detector sees counts, never a ballot or an answer sheet",
		from: []string{"internal/watch", "internal/seal"}, never: []string{"internal/answer", "internal/ballot", "internal/collect", "internal/store"},
	},
	{
		why:   "the plan of waves, the roster and the configuration know no answers and no codes",
		from:  []string{"internal/wave", "internal/roster", "internal/config"},
		never: []string{"internal/answer", "internal/ballot", "internal/collect", "internal/counts", "internal/store"},
	},
}

// onlyFrom lists packages that only the named ones may import directly.
var onlyFrom = []struct {
	why      string
	imported string
	by       []string
}{
	{"only app wires the store", "internal/store", []string{"internal/app", "internal/store"}},
	{"only app hosts the engine", "internal/engine", []string{"internal/app", "internal/store", "cmd/folgmed"}},
	{"the raw finding never leaves watch and the gate", "internal/watch", []string{"internal/app", "internal/seal"}},
	{"only watch runs the statistics", "analytics", []string{"internal/watch", "internal/app", "analytics"}},
	{"counts are read by the job alone", "internal/counts", []string{"internal/app", "internal/seal", "internal/store", "internal/watch"}},
	{"only collect makes answer sheets", "internal/answer", []string{"internal/collect", "internal/store"}},
}

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps=false", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

// below says whether path is folder or lies below it.
func below(path, folder string) bool {
	path, folder = strings.TrimPrefix(path, module), strings.TrimPrefix(folder, module)
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func belowAny(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return below(path, f) })
}

// testing helpers are compiled into no program, so they may reach further.
func helper(path string) bool { return strings.HasSuffix(path, "test") }

func TestForbiddenReaches(t *testing.T) {
	all := packages(t)
	if len(all) < 20 {
		t.Fatalf("go list found %d packages: the rules would hold for lack of anything to break them", len(all))
	}
	for _, rule := range reaches {
		for _, f := range slices.Concat(rule.from, rule.never) {
			if !slices.ContainsFunc(all, func(p listed) bool { return below(p.ImportPath, f) }) {
				t.Errorf("the rule %q names %s, which is not there", rule.why, f)
			}
		}
		for _, p := range all {
			if !belowAny(p.ImportPath, rule.from) || helper(p.ImportPath) {
				continue
			}
			for _, dep := range p.Deps {
				if strings.HasPrefix(dep, module) && belowAny(dep, rule.never) && !belowAny(dep, rule.except) {
					t.Errorf("%s reaches %s: %s", p.ImportPath, dep, rule.why)
				}
			}
		}
	}
}

func TestForbiddenImports(t *testing.T) {
	all := packages(t)
	for _, rule := range onlyFrom {
		if !slices.ContainsFunc(all, func(p listed) bool { return p.ImportPath == module+rule.imported }) {
			t.Errorf("the rule %q names %s, which is not there", rule.why, rule.imported)
		}
		for _, p := range all {
			if slices.Contains(p.Imports, module+rule.imported) && !belowAny(p.ImportPath, rule.by) && !helper(p.ImportPath) {
				t.Errorf("%s imports %s: %s", p.ImportPath, rule.imported, rule.why)
			}
		}
	}
}
