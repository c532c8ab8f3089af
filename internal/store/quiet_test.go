package store_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/engine"
)

// TestErrorsEchoNoParameter asks an engine that is gone: the client puts
// parameters into the address, and an error of net/http quotes the address. It
// would stand in the log with the second at which a code was typed.
func TestErrorsEchoNoParameter(t *testing.T) {
	e, s := own(t, engine.Options{Dir: t.TempDir()})
	must(t, e.Stop(context.Background()))
	var mark [32]byte
	_, err := rand.Read(mark[:])
	must(t, err)
	_ = s.Ping(t.Context()) // fails on the connection that was open; the others dial anew
	_, codes := s.Codes(t.Context(), []ballot.CodeMAC{mark})
	_, uses := s.CodeUses(t.Context(), 150, []ballot.CodeMAC{mark})
	_, sealed := s.SealedNullifier(t.Context(), mark)
	for name, err := range map[string]error{
		"Codes": codes, "CodeUses": uses, "SealedNullifier": sealed,
		"UseCodes":   s.UseCodes(t.Context(), []ballot.CodeUse{{Wave: 150, MAC: mark}}),
		"DropCounts": s.DropCounts(t.Context(), 150),
	} {
		if err == nil {
			t.Errorf("%s: no error from an engine that is gone", name)
			continue
		}
		if text := err.Error(); strings.Contains(strings.ToLower(text), hex.EncodeToString(mark[:4])) || strings.Contains(text, "param_") {
			t.Errorf("%s: the error quotes its parameters: %s", name, text)
		}
		if text := err.Error(); !strings.Contains(text, name) {
			t.Errorf("%s: the error %q does not say which query failed", name, text)
		}
	}
}
