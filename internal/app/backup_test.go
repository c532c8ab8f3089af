package app

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestRestoredFromABackup loses a server between two waves, and goes on from the
// backup: all that was written is there, and another wave can be played.
func TestRestoredFromABackup(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a, stop := in.start(t)
	known := twoClasses(8)
	must(t, a.SaveRoster(t.Context(), known))
	must(t, a.AddPerson(t.Context(), access.Person{
		Email: principal, Name: "Kari", Role: access.Principal, Owner: known.Owners[0].Org, Schools: []string{school},
	}))
	random := rand.New(rand.NewPCG(3, 4))
	a.afterStep = func(string) error { return errCrash }
	if err := player(a, 1).Play(t.Context(), firstWave, sheets(known, random, 0, 9)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	a.afterStep = nil
	folder := control.Folder{Path: filepath.Join(t.TempDir(), "backup")}
	if err := a.Backup(t.Context(), folder); !errors.Is(err, errReleasing) {
		t.Errorf("a backup while a wave is released: %v", err)
	}
	_, err := a.Detect(t.Context())
	must(t, err)
	must(t, player(a, 1).Open(t.Context(), firstWave+1))
	must(t, a.Backup(t.Context(), folder))
	want := written(t, a, ballot.Nullifier{})
	stop()

	fresh := newInstallation(t)
	copyKeys(t, in.data, fresh.data)
	b, _ := fresh.start(t)
	must(t, b.Restore(t.Context(), folder))
	if diff := cmp.Diff(want, written(t, b, ballot.Nullifier{})); diff != "" {
		t.Errorf("before and after:\n%.2000s", diff)
	}
	if err := b.Restore(t.Context(), folder); err == nil {
		t.Error("a server that is not empty is restored")
	}
	if page := signIn(t, b, principal).get("/staff"); page.Find("h1").Length() != 1 {
		t.Error("the principal finds no page")
	}
	if got := b.schedule.Plan().State(firstWave + 1); got != wave.StateOpen {
		t.Errorf("the wave that was open is %s", got)
	}
	must(t, b.MoveWave(t.Context(), control.Move{Wave: firstWave + 1, Step: wave.Sealed}))
	must(t, player(b, 1).Play(t.Context(), firstWave+2, sheets(known, random, 1, 9)))

	// A folder that was not finished, and one of another kind of installation.
	must(t, os.Remove(filepath.Join(folder.Path, manifestFile)))
	if err := b.Restore(t.Context(), folder); err == nil {
		t.Error("a backup without its manifest is restored")
	}
	must(t, os.WriteFile(filepath.Join(folder.Path, manifestFile), []byte(`{"rehearsal":false}`), 0o600))
	if err := b.Restore(t.Context(), folder); err == nil {
		t.Error("answers of children are restored into a rehearsal")
	}
}
