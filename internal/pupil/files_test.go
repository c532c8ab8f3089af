package pupil_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/pupil"
)

// TestFilesAreWhatIsServed asks for each file as a tablet does.
func TestFilesAreWhatIsServed(t *testing.T) {
	s := newSchool(t)
	files, err := pupil.Files()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 4 {
		t.Fatalf("%d files: where is the rest?", len(files))
	}
	for name, want := range files {
		path := "/" + name
		switch name {
		case "index.html":
			path = "/"
		case "board.html", "practice.html":
			path = "/" + strings.TrimSuffix(name, ".html")
		case "worker.js":
			path = "/sw.js"
		}
		res, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, error %v", path, res.StatusCode, err)
		}
		if name == "worker.js" { // after one line that the server puts before it
			before, script, _ := strings.Cut(string(body), "\n")
			if !strings.HasPrefix(before, "self.folgmed=") {
				t.Errorf("%s begins with %.40q", path, before)
			}
			body = []byte(script)
		}
		if got := hashOf(body); got != want {
			t.Errorf("%s: %s is served, %s is built", name, got, want)
		}
		onDisk, err := os.ReadFile("dist/" + name)
		if err != nil || hashOf(onDisk) != want {
			t.Errorf("dist/%s is not what is built into the program: error %v", name, err)
		}
	}
}

// TestBuiltAgainIsTheSame builds the app a second time, in another folder: what
// is served can be compared with what anyone builds of the same sources.
func TestBuiltAgainIsTheSame(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "another place")
	if err := os.CopyFS(filepath.Join(dir, "app"), sources{os.DirFS("app")}); err != nil {
		t.Fatal(err)
	}
	modules, err := filepath.Abs(filepath.Join("app", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "app", "node_modules")); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "node", "build.mjs")
	build.Dir = filepath.Join(dir, "app")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the app: %v\n%s", err, out)
	}
	want, err := pupil.Files()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	dist := os.DirFS(filepath.Join(dir, "dist"))
	if err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(dist, name)
		got[name] = hashOf(b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("built twice (-embedded +built again: is the bundle stale?):\n%s", diff)
	}
}

// sources are the app's folder without what npm puts there.
type sources struct{ fs.FS }

func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(entries, func(d fs.DirEntry) bool { return d.Name() == "node_modules" }), err
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
