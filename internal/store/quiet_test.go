package store_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// TestErrorsEchoNoParameter asks an engine that is gone: the client puts
// parameters into the address, and an error of net/http quotes the address. It
// would stand in the log with the second at which a code was typed.
func TestErrorsEchoNoParameter(t *testing.T) {
	e, _ := own(t, engine.Options{Dir: t.TempDir()})
	var mark [32]byte
	_, err := rand.Read(mark[:])
	must(t, err)
	queries := map[string]func(*store.Store) error{
		"Codes": func(s *store.Store) error {
			_, err := s.Codes(t.Context(), []ballot.CodeMAC{mark})
			return err
		},
		"CodeUses": func(s *store.Store) error {
			_, err := s.CodeUses(t.Context(), 150, []ballot.CodeMAC{mark})
			return err
		},
		"SealedNullifier": func(s *store.Store) error {
			_, err := s.SealedNullifier(t.Context(), mark)
			return err
		},
		"UseCodes": func(s *store.Store) error {
			return s.UseCodes(t.Context(), []ballot.CodeUse{{Wave: 150, MAC: mark}})
		},
		"DropCounts": func(s *store.Store) error { return s.DropCounts(t.Context(), 150, 1) },
	}
	stores := map[string]*store.Store{} // one each: the first to fail uses an open connection
	for name := range queries {
		s, err := store.Open(t.Context(), store.Options{URL: e.URL(), User: e.User(), Password: e.Password()})
		must(t, err)
		t.Cleanup(func() { _ = s.Close() })
		stores[name] = s
	}
	must(t, e.Stop(context.Background()))
	for name, query := range queries {
		for range 2 {
			err := query(stores[name])
			if err == nil {
				t.Fatalf("%s: no error from an engine that is gone", name)
			}
			text := err.Error()
			if strings.Contains(strings.ToLower(text), hex.EncodeToString(mark[:4])) || strings.Contains(text, "param_") {
				t.Errorf("%s: the error quotes its parameters: %s", name, text)
			}
			if !strings.Contains(text, name) {
				t.Errorf("%s: the error %q does not say which query failed", name, text)
			}
		}
	}
}

// TestQueriesAreNotLogged asks the server itself: one that an operator brings
// logs every query with its time and number of rows, unless told not to.
func TestQueriesAreNotLogged(t *testing.T) {
	s := storetest.New(t)
	for _, setting := range []string{"log_queries", "log_query_threads", "log_query_views", "log_processors_profiles", "async_insert"} {
		var on bool
		must(t, s.Conn().QueryRow(t.Context(), "SELECT getSetting('"+setting+"')").Scan(&on))
		if on {
			t.Errorf("%s is on", setting)
		}
	}
}
