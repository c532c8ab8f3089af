package pupil_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

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
		case "board.html":
			path = "/board"
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

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
