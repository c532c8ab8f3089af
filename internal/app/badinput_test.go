package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestBadInput sends everything that a tablet can get wrong through the public
// listener. Each has its outcome, and what must look alike does, byte by byte.
func TestBadInput(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	must(t, a.SaveRoster(t.Context(), oneSchool()))
	closed, open, future := firstWave, firstWave+2, firstWave+4
	must(t, player(a, 1).Open(t.Context(), closed))
	codes := func(n wave.Number, school, class string) []string {
		made, err := a.Codes(t.Context(), control.CodesRequest{Wave: n, School: school, Class: class})
		must(t, err)
		return made[0].Codes
	}
	ofClosed := codes(closed, school, "8A")
	must(t, a.MoveWave(t.Context(), control.Move{Wave: closed, Step: wave.Closed}))
	must(t, a.MoveWave(t.Context(), control.Move{Wave: open, Step: wave.Opened}))
	// An owner who joins now is not asked before the next wave.
	const later = "000000201"
	must(t, a.SaveRoster(t.Context(), roster.Roster{Owners: []roster.Owner{{
		Org: "000000002", Name: "Fjellvik", Rhythm: 2, Rate: .25,
		Schools: []roster.School{{Org: later, Name: "Skole 4", Written: "nb", Classes: []roster.Class{{Name: "8A", Grades: []int{8}, Size: 20}}}},
	}}}))
	ofOpen := codes(open, school, "8A")

	pupil := &tablet.Tablet{URL: a.PublicURL()}
	prepare := func(i int) tablet.Ballot {
		b, err := pupil.Prepare(t.Context(), ofOpen[i], a.keys.Fingerprint(), none)
		must(t, err)
		return b
	}
	counted, fresh := prepare(0), prepare(1)
	_, err := pupil.Cast(t.Context(), counted)
	must(t, err)
	// with is the ballot with some fields changed and sealed anew; those of
	// info by their names.
	with := func(b tablet.Ballot, changes map[string]any) string {
		var box struct {
			Sealed ballot.Bytes `json:"sealed"`
			Token  ballot.Bytes `json:"token"`
		}
		must(t, json.Unmarshal(b.Body(), &box))
		plain, err := a.keys.Open(box.Sealed)
		must(t, err)
		var inside map[string]any
		must(t, json.Unmarshal(plain, &inside))
		info, _ := inside["info"].(map[string]any)
		for field, value := range changes {
			if _, ok := info[field]; ok {
				info[field] = value
			} else {
				inside[field] = value
			}
		}
		plain, err = json.Marshal(inside)
		must(t, err)
		box.Sealed, err = a.keys.Public().Seal(plain)
		must(t, err)
		out, err := json.Marshal(box)
		must(t, err)
		return string(out)
	}
	type is = map[string]any
	ask, _ := a.schedule.Ask(school, "8A", open)
	items, _ := a.schedule.Items(ask)
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	ids[0] = "un" + ids[0]
	options := func(of int) []int { // the first answered so, the others not
		all := make([]int, len(items))
		all[0] = of
		return all
	}
	typed := func(code string) string { return `{"code":"` + code + `"}` }
	wrong := func(code string) string { // one character mistyped
		if code[3] == '7' {
			return code[:3] + "8" + code[4:]
		}
		return code[:3] + "7" + code[4:]
	}

	replies := map[string]string{}
	for _, c := range []struct{ name, path, body, want string }{
		{"unknown code", "/api/code", typed("0000000000"), "code_refused"},
		{"used code", "/api/code", typed(ofOpen[0]), "code_refused"},
		{"mistyped code", "/api/code", typed(wrong(ofOpen[2])), "malformed"},
		{"code of a closed wave", "/api/code", typed(ofClosed[0]), "wave_closed"},
		{"code of a future wave", "/api/code", typed(codes(future, school, "8A")[0]), "wave_closed"},
		{"code of a class not in the wave", "/api/code", typed(codes(open, later, "8A")[0]), "wave_closed"},
		{"ballot of a future wave", "/api/cast", with(fresh, is{"wave": future}), "wave_closed"},
		{"ballot of a class not in the wave", "/api/cast", with(fresh, is{"school": later, "owner": "000000002"}), "wave_closed"},
		{"ballot of no class", "/api/cast", with(fresh, is{"class": "8X"}), "unknown_class"},
		{"token for another class", "/api/cast", with(fresh, is{"class": "8B"}), "bad_token"},
		{"token for another nonce", "/api/cast", with(fresh, is{"nonce": make(ballot.Bytes, ballot.NonceSize)}), "bad_token"},
		{"unknown item", "/api/cast", with(fresh, is{"options": options(1), "items": ids}), "malformed"},
		{"unknown option", "/api/cast", with(fresh, is{"options": options(9)}), "malformed"},
		{"sealed ballot altered", "/api/cast", strings.Replace(string(fresh.Body()), `"sealed":"B`, `"sealed":"A`, 1), "malformed"},
		{"body too large", "/api/cast", with(fresh, is{"class": strings.Repeat("A", collect.MaxBody)}), "too_large"},
		{"body far too large", "/api/cast", strings.Repeat("A", 1<<20), "too_large"},
		{"body not JSON", "/api/cast", "Jeg har det bra", "malformed"},
		{"replayed", "/api/cast", string(counted.Body()), "already_counted"},
		{"replayed with other answers", "/api/cast", with(counted, is{"options": options(1)}), "already_counted"},
		{"replayed with answers that are none", "/api/cast", with(counted, is{"options": options(9)}), "already_counted"},
		{"the fresh one at last", "/api/cast", string(fresh.Body()), "accepted"},
	} {
		res, err := http.Post(a.PublicURL()+c.path, "application/json", strings.NewReader(c.body))
		must(t, err)
		reply, err := io.ReadAll(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		replies[c.name] = res.Status + string(reply)
		if !bytes.Contains(reply, []byte(`"outcome":"`+c.want+`"`)) {
			t.Errorf("%s: %s %s, want %s", c.name, res.Status, reply, c.want)
		}
	}
	for name, like := range map[string]string{
		"used code":                           "unknown code",
		"replayed with other answers":         "replayed",
		"replayed with answers that are none": "replayed",
	} {
		if replies[name] != replies[like] {
			t.Errorf("%s and %s can be told apart:\n%s\n%s", name, like, replies[name], replies[like])
		}
	}
}

// TestFullDiskAcknowledgesNothing starts a server on a database that has no
// room left: tablets are told to wait, the log says why, and what they kept is
// counted once there is room.
func TestFullDiskAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), t.TempDir()
	var log syncBuffer
	serve := func(keepFree int64, do func(*App)) {
		t.Helper()
		db, err := engine.Start(t.Context(), engine.Options{Dir: dir, KeepFree: keepFree})
		must(t, err)
		defer func() { must(t, db.Stop(context.Background())) }()
		in := installation{db: store.Options{URL: db.URL(), User: db.User(), Password: db.Password()}, data: data}
		a := New(in.config(), Options{
			Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now }, Hold: true,
		})
		must(t, a.Start(t.Context()))
		defer func() { must(t, a.Stop(context.Background())) }()
		do(a)
	}
	var code string
	var kept tablet.Ballot
	serve(0, func(a *App) {
		must(t, a.SaveRoster(t.Context(), oneSchool()))
		must(t, player(a, 1).Open(t.Context(), firstWave))
		made, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave, School: school, Class: "8A"})
		must(t, err)
		code = made[0].Codes[1]
		pupil := &tablet.Tablet{URL: a.PublicURL()}
		kept, err = pupil.Prepare(t.Context(), made[0].Codes[0], a.keys.Fingerprint(), none)
		must(t, err)
	})
	post := func(a *App, path string, body []byte) (status int, outcome, retry string) {
		res, err := http.Post(a.PublicURL()+path, "application/json", bytes.NewReader(body))
		must(t, err)
		defer res.Body.Close()
		var reply struct{ Outcome string }
		must(t, json.NewDecoder(res.Body).Decode(&reply))
		return res.StatusCode, reply.Outcome, res.Header.Get("Retry-After")
	}
	serve(1<<60, func(a *App) {
		// The generator of ristretto255 (RFC 9496, 4.4) is an element like any other.
		const element = "4vKuCmq8TnGohKlhxQBRX1jjC2qlgt2NtqZZReCNLXY"
		issue := []byte(`{"code":"` + code + `","blinded":"` + element + `"}`)
		for path, body := range map[string][]byte{"/api/issue": issue, "/api/cast": kept.Body()} {
			if status, outcome, retry := post(a, path, body); status != http.StatusServiceUnavailable || outcome != "unavailable" || retry == "" {
				t.Errorf("%s on a full disk: %d %s, Retry-After %q", path, status, outcome, retry)
			}
		}
		if text := log.String(); !strings.Contains(strings.ToLower(text), "space") {
			t.Errorf("the log does not name the cause:\n%s", text)
		}
	})
	serve(0, func(a *App) {
		if _, outcome, _ := post(a, "/api/cast", kept.Body()); outcome != string(collect.Accepted) {
			t.Errorf("with room again: %s, want accepted: it was not stored before", outcome)
		}
		pupil := &tablet.Tablet{URL: a.PublicURL()}
		if _, err := pupil.Prepare(t.Context(), code, a.keys.Fingerprint(), none); err != nil {
			t.Errorf("the code is lost, though its use was not stored: %v", err)
		}
	})
}
