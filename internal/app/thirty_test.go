package app

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// child taps its way through the page of a tablet that has joined, as fast as
// children are not, and answers as it likes. It returns the receipt's word.
const child = `(async () => {
	const pause = (least, most) => new Promise((done) => setTimeout(done, least + Math.random() * (most - least)));
	const there = async (selector) => {
		for (let tries = 0; tries < 3000; tries++) {
			const found = document.querySelector(selector);
			if (found !== null) return found;
			await pause(20, 40);
		}
		throw new Error(selector + " never comes; the page says " + document.body.innerText);
	};
	const tap = async (selector) => { await pause(20, 400); (await there(selector)).click(); };
	await tap(".welcome button.primary");
	for (await there(".question"); document.querySelector(".ready") === null; ) {
		const asked = document.querySelector(".progress").textContent;
		const answers = document.querySelectorAll(".choice input");
		answers[Math.floor(Math.random() * answers.length)].click();
		await tap(".question button.primary");
		while (document.querySelector(".progress")?.textContent === asked) await pause(5, 10);
	}
	await tap(".ready button.primary");
	return (await there(".status[data-status=delivered]")).dataset.status;
})()`

// TestThirtyTablets has a whole first grade answer at once, each child on a
// tablet of its own with the real page, and the server killed in the middle.
// Every tablet gets its receipt, and there are thirty ballots on thirty places.
func TestThirtyTablets(t *testing.T) {
	t.Parallel()
	const pupils = 30
	c := newCanary(t)
	known := twoClasses(1)
	class := &known.Owners[0].Schools[0].Classes[0]
	class.Size = pupils
	must(t, c.op.SaveRoster(t.Context(), known))
	must(t, c.op.MoveWave(t.Context(), control.Move{Wave: wave.NumberOf(time.Now()), Step: wave.Opened}))
	must(t, c.op.AddPerson(t.Context(), access.Person{
		Email: teacher, Name: "Laila Lærer", Role: access.Teacher, Owner: known.Owners[0].Org, Schools: []string{school}, Classes: []string{school + "/" + class.Name},
	}))
	link, err := c.op.SignInLink(t.Context(), teacher)
	must(t, err)
	base := "http://" + c.cfg.Listen
	room := follow(t, base, link)
	path := access.SessionOf(school, class.Name)
	room.submit(room.get(path), class.Name, url.Values{"present": {strconv.Itoa(pupils)}, "whole_class": {"yes"}})
	board := room.get(path)
	join := fmt.Sprintf("%s/k#%s.%s", base, board.Find(".code").Text(), board.Find(".key").Text())

	first := webtest.NewBrowser(t)
	first.Visit(join)
	tablets := []*webtest.Browser{first}
	for len(tablets) < pupils {
		tablet := first.Another()
		tablet.Visit(join)
		tablets = append(tablets, tablet)
	}
	for _, tablet := range tablets {
		tablet.Shows(".welcome", "på tavla")
	}

	stored := func(query string) int {
		n, err := strconv.Atoi(c.must(query, nil))
		must(t, err)
		return n
	}
	var answering sync.WaitGroup
	var receipts atomic.Int32
	for _, tablet := range tablets {
		answering.Go(func() {
			if webtest.Eval[string](tablet, child) == "delivered" {
				receipts.Add(1)
			}
		})
	}
	c.eventually("a third of the class is counted", func() bool { return stored("SELECT count() FROM answers") >= pupils/3 })
	c.kill()
	if receipts.Load() == pupils {
		t.Error("all were done before the kill: this proves less")
	}
	c.start()
	answering.Wait()
	if n := receipts.Load(); n != pupils {
		t.Errorf("%d tablets have a receipt, want %d", n, pupils)
	}
	for what, query := range map[string]string{
		"ballots":       "SELECT count() FROM answers",
		"nullifiers":    "SELECT uniqExact(nullifier) FROM answers",
		"places":        "SELECT count() FROM code_use",
		"places, apart": "SELECT uniqExact(blinded) FROM code_use",
	} {
		if n := stored(query); n != pupils {
			t.Errorf("%d %s, want %d", n, what, pupils)
		}
	}
	if taken := room.get(path).Find("#taken").Text(); !strings.Contains(taken, "30 av 30") {
		t.Errorf("the teacher sees %q", taken)
	}
}
