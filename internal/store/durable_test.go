package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/store"
)

// own starts an engine for one test, to be ill-treated, and opens a store on
// it.
func own(t *testing.T, opts engine.Options) (*engine.Engine, *store.Store) {
	t.Helper()
	e, err := engine.Start(t.Context(), opts)
	must(t, err)
	t.Cleanup(func() { _ = e.Stop(context.Background()) })
	db := store.Options{URL: e.URL(), User: e.User(), Password: e.Password()}
	must(t, store.Migrate(t.Context(), db))
	s, err := store.Open(t.Context(), db)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return e, s
}

// stored reads back which ballots are there.
func stored(t *testing.T, s *store.Store) map[ballot.Nullifier]bool {
	t.Helper()
	all := make(map[ballot.Nullifier]bool)
	must(t, s.OpenNullifiers(t.Context(), []uint32{150}, func(_ uint32, n ballot.Nullifier) error {
		all[n] = true
		return nil
	}))
	return all
}

// TestKillLosesNothingAcknowledged kills the engine again and again while four
// writers insert. All that an insert returned for must be there after.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	const writers, kills, perInsert = 4, 3, 20
	e, s := own(t, engine.Options{Dir: t.TempDir()})
	var (
		next, done atomic.Int64
		failed     atomic.Int64
		acked      sync.Map
		all        sync.WaitGroup
		stop       = make(chan struct{})
	)
	for range writers {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				rows := make([]collect.Row, perInsert)
				for i := range rows {
					rows[i] = row(150, int(next.Add(1)), 1, 2)
				}
				if err := s.InsertAnswers(t.Context(), rows); err != nil {
					failed.Add(1)
					time.Sleep(5 * time.Millisecond) // the engine is down
					continue
				}
				for _, r := range rows {
					acked.Store(r.Nullifier, true)
				}
				done.Add(1)
			}
		})
	}
	for kill := range uint64(kills) {
		for before := done.Load(); done.Load() < before+20; {
			time.Sleep(time.Millisecond)
		}
		must(t, syscall.Kill(e.PID(), syscall.SIGKILL))
		for e.Restarts() == kill {
			time.Sleep(5 * time.Millisecond)
		}
	}
	for before := done.Load(); done.Load() < before+20; {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	all.Wait()
	if failed.Load() == 0 {
		t.Error("no insert failed: the kills met no load")
	}
	there := stored(t, s)
	n := 0
	acked.Range(func(key, _ any) bool {
		n++
		if !there[key.(ballot.Nullifier)] {
			t.Errorf("acknowledged and lost: %x", key)
		}
		return true
	})
	t.Logf("%d ballots acknowledged over %d kills, %d inserts failed", n, kills, failed.Load())
}

// TestCutReadIsAnError kills the engine in the middle of a fold's read: half a
// wave must not look like a whole one.
func TestCutReadIsAnError(t *testing.T) {
	const rows, perInsert = 200_000, 50_000
	e, s := own(t, engine.Options{Dir: t.TempDir()})
	for from := 0; from < rows; from += perInsert {
		batch := make([]collect.Row, perInsert)
		for i := range batch {
			batch[i] = row(150, from+i, 1, 2)
		}
		must(t, s.InsertAnswers(t.Context(), batch))
	}
	must(t, s.MoveAnswers(t.Context(), 150))
	read := 0
	err := s.SealedAnswers(t.Context(), 150, func(counts.Ballot) error {
		if read++; read == 1 {
			return syscall.Kill(e.PID(), syscall.SIGKILL)
		}
		return nil
	})
	if err == nil {
		t.Fatalf("a read that was cut after %d of %d rows gave no error", read, rows)
	}
}

// TestFullDisk fills the disk: an insert must fail, name the cause, and work
// again once there is room.
func TestFullDisk(t *testing.T) {
	t.Run("floor", func(t *testing.T) {
		// As an operator meets it: the engine keeps some of the disk free, and
		// here there is less than that.
		dir := t.TempDir()
		e, s := own(t, engine.Options{Dir: dir})
		must(t, s.InsertAnswers(t.Context(), []collect.Row{row(150, 1, 1, 2)}))
		must(t, e.Stop(t.Context()))

		e, s = own(t, engine.Options{Dir: dir, KeepFree: 1 << 60})
		refused(t, s)
		must(t, e.Stop(t.Context()))

		_, s = own(t, engine.Options{Dir: dir})
		accepted(t, s)
	})
	if dir := t.TempDir(); syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=48m") == nil {
		t.Run("tmpfs", func(t *testing.T) {
			t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
			_, s := own(t, engine.Options{Dir: dir, KeepFree: 1})
			must(t, s.InsertAnswers(t.Context(), []collect.Row{row(150, 1, 1, 2)}))
			ballast := filepath.Join(dir, "ballast")
			f, err := os.Create(ballast)
			must(t, err)
			for err == nil {
				_, err = f.Write(make([]byte, 4096))
			}
			must(t, f.Close())
			refused(t, s)
			must(t, os.Remove(ballast))
			accepted(t, s)
		})
	} else {
		t.Log("no right to mount a small disk here: full to the last byte was not tried")
	}
}

// refused checks that an insert fails for want of room, and that the ballot of
// before can still be read.
func refused(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.InsertAnswers(t.Context(), []collect.Row{row(150, 2, 1, 2)})
	if err == nil {
		t.Fatal("an insert on a full disk was acknowledged")
	}
	if text := strings.ToLower(err.Error()); !strings.Contains(text, "space") {
		t.Errorf("the error does not name the cause: %v", err)
	}
	if there := stored(t, s); !there[nullifier(1)] || there[nullifier(2)] {
		t.Errorf("on a full disk there are %d ballots, want the first alone", len(there))
	}
}

// accepted checks that there is room again.
func accepted(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.InsertAnswers(t.Context(), []collect.Row{row(150, 2, 1, 2)}))
	if there := stored(t, s); !there[nullifier(1)] || !there[nullifier(2)] {
		t.Errorf("with room again there are %d ballots, want both", len(there))
	}
}

// parts lists the data parts of a wave on disk, active or not.
func parts(t *testing.T, dir, wave string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "data", "store", "*", "*", wave+"_*_*_*"))
	must(t, err)
	return found
}

// onDisk tells whether some file below dir holds the nullifier; it is random,
// so compression leaves it as it is.
func onDisk(t *testing.T, dir string, n ballot.Nullifier) bool {
	t.Helper()
	found := false
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a merge took it away meanwhile
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		found = found || bytes.Contains(text, n[:])
		return err
	}))
	return found
}

// eventually waits for what the engine does in its own time, within the minute.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("not within a minute: %s", what)
}

// TestDiskForgets looks at the files themselves: a compacted wave is one part
// and no trace of the order of arrival, and a dropped one is gone.
func TestDiskForgets(t *testing.T) {
	dir := t.TempDir()
	_, s := own(t, engine.Options{Dir: dir})
	ctx := t.Context()
	mark := row(150, 0, 1, 2)
	rand.Read(mark.Nullifier[:])
	code := ballot.CodeMAC(mark.Nullifier)
	rand.Read(code[:])
	must(t, s.AddCodes(ctx, []ballot.StoredCode{{MAC: code, Wave: 150, School: "974700000", Class: "5A", Attempt: 1}}))
	must(t, s.UseCodes(ctx, []ballot.CodeUse{{Wave: 150, MAC: code}}))
	must(t, s.InsertAnswers(ctx, []collect.Row{mark}))
	for i := range 5 {
		must(t, s.InsertAnswers(ctx, []collect.Row{row(150, i, 1, 2)}))
	}
	must(t, s.Compact(ctx, 150))
	must(t, s.Compact(ctx, 999)) // a wave without answers
	eventually(t, "one part each of answers, codes and code uses", func() bool { return len(parts(t, dir, "150")) == 3 })
	if !onDisk(t, dir, mark.Nullifier) || !onDisk(t, dir, ballot.Nullifier(code)) {
		t.Fatal("the marks are not found where they must be: the search is blind")
	}

	must(t, s.MoveAnswers(ctx, 150))
	must(t, s.DropWave(ctx, 150))
	eventually(t, "no ballot and no code of a dropped wave", func() bool {
		return !onDisk(t, dir, mark.Nullifier) && !onDisk(t, dir, ballot.Nullifier(code))
	})
}
