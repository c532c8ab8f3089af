package pupil_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/surveys"
)

// The browser of the tests has no voices: these stand in for a tablet's. One of
// them is a service's, to which the text would be sent.
const voices = `
	window.said = [];
	window.voices = [
		{lang: "nb-NO", name: "far away", localService: false},
		{lang: "nb_NO", name: "Nora", localService: true},
		{lang: "en-GB", name: "Daniel", localService: true},
	];
	window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
	Object.defineProperty(window, "speechSynthesis", {value: {
		getVoices: () => window.voices,
		addEventListener: (_, heard) => { window.voicesCome = heard; },
		speak(utterance) {
			window.said.push(utterance.voice.name + ": " + utterance.text);
			if (!window.slow) setTimeout(() => utterance.onend(), 0);
		},
		cancel() { window.said.push("silence"); },
	}});`

// said returns what has been said since it was last asked, without the breaks.
func (b *browser) said() []string {
	b.t.Helper()
	return eval[[]string](b, "window.said.splice(0).filter(line => line !== 'silence')")
}

func (b *browser) expectSaid(what string, want ...string) {
	b.t.Helper()
	b.wait("document.querySelector('[aria-pressed=true]:not(.languages *)') === null")
	if diff := cmp.Diff(want, b.said(), cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("%s says (-want +got):\n%s", what, diff)
	}
}

// The youngest have a button for every text from the start, and one for the
// whole screen; nothing is said before a tap, and never by a voice elsewhere.
func TestReadAloud(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.before(voices)
	b.visit(s.link(s.codes("2B", 1)[0]))
	b.there(".welcome")
	b.click(".hear-all")
	b.wait("document.querySelector('.hear-all').ariaPressed === 'false'")
	if said := strings.Join(b.said(), "\n"); !strings.Contains(said, "Nora: Ingen kan se hvem som har svart hva.") {
		t.Errorf("the welcome screen says\n%s", said)
	}

	b.click("button.primary")
	_, items := s.asked("2B")
	b.heading(items[0].Text[surveys.Bokmaal])
	b.expectSaid("the first question by itself")
	question := []string{"Nora: Tenk på denne uka.", "Nora: Har du hatt det bra på skolen?", "Nora: Ja", "Nora: Litt", "Nora: Nei", "Nora: Vil ikke svare"}
	b.click(".hear-all")
	b.expectSaid("the screen", question...)
	b.click("fieldset > .listen")
	b.expectSaid("the question", question[1])
	b.click(".row:nth-child(2) .listen")
	b.expectSaid("the second option", question[3])
	if eval[bool](b, "document.querySelector('input:checked') !== null") {
		t.Error("listening to an option chose it")
	}

	// What has been chosen, and that nothing has, is not said.
	b.click("button.primary")
	b.wait("document.querySelector('form > .mistake').textContent !== ''")
	b.click(".hear-all")
	b.expectSaid("the screen with nothing chosen", question...)
	b.click(".choice input[value='3']")
	b.click(".hear-all")
	b.expectSaid("the screen with an answer", question...)
}

// A text that is being said ends with the screen, the language, the dialog, and
// a second tap.
func TestReadingStops(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.before(voices + "window.slow = true;")
	b.visit(s.link(s.codes("2B", 1)[0]))
	b.there(".welcome")
	stops := func(what, within string, stop func()) {
		t.Helper()
		b.click(within + ".hear-all")
		b.wait("document.querySelector('" + within + ".hear-all').ariaPressed === 'true'")
		stop()
		if last := eval[string](b, "window.said.at(-1)"); last != "silence" {
			t.Errorf("%s does not stop %q", what, last)
		}
		if n := len(b.said()); n != 1 {
			t.Errorf("%d lines are said though the first has not ended", n)
		}
		if eval[bool](b, "document.querySelector('"+within+".hear-all')?.ariaPressed === 'true'") {
			t.Errorf("the button is still down after %s", what)
		}
	}
	stops("a second tap", "", func() { b.click(".hear-all") })
	stops("another language", "", func() { b.click("header [lang=en]") })
	stops("the next screen", "", func() { b.click("button.primary") })
	stops("help", "", func() { b.click("footer .help"); b.there("dialog[open]") })
	stops("the end of help", "dialog ", func() { b.click("dialog .primary"); b.wait("document.querySelector('dialog') === null") })
	stops("the way back", "", func() { b.click("button.back") })
}

// From grade 5 the first tap brings the other buttons. Nynorsk is read by a
// bokmål voice where there is no other, and where a language has none on the
// tablet itself, that is said in words, also when the voices are late.
func TestNoVoice(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	b.before(voices + "window.late = window.voices.splice(0);")
	b.visit(s.link(s.codes("6A", 1)[0]))
	b.there(".welcome")
	b.click("header [lang=nn]")
	b.click("button.primary")
	_, items := s.asked("6A")
	b.heading(items[0].Text[surveys.Nynorsk])
	if eval[bool](b, "document.querySelector('.row .listen').getClientRects().length > 0") {
		t.Error("the buttons are there before anything was wanted read")
	}
	b.click(".hear-all")
	b.wait("document.querySelector('.row .listen').getClientRects().length > 0")
	eval[bool](b, "window.voices.push(...window.late), window.voicesCome(), true")
	b.wait("document.querySelector('.hear-all').ariaPressed === 'false'")
	if said := b.said(); len(said) != 8 || said[1] != "Nora: "+items[0].Text[surveys.Nynorsk] {
		t.Errorf("says %q", said)
	}

	eval[bool](b, "window.voices.splice(1), true") // only the voice elsewhere is left
	b.click(".row .listen")
	b.wait("document.querySelector('.voiceless').textContent.includes('inga røyst')")
	b.expectSaid("a tablet without a voice of its own")
	b.look("voiceless")
}

// silence is an MP3 of a third of a second.
func silence() []byte {
	frame := append([]byte{0xff, 0xfb, 0x90, 0x64}, make([]byte, 413)...)
	return bytes.Repeat(frame, 13)
}

// hearsRecordings has the page say which recordings were played to the end.
const hearsRecordings = `
	const play = Audio.prototype.play;
	Audio.prototype.play = function() {
		const heard = () => window.said.push("ended " + this.src.split(":")[0] + " after " + this.duration.toFixed(1));
		this.addEventListener("ended", heard, {once: true, capture: true}); // before the page hears of it
		return play.call(this);
	};`

// withRecordings has two texts of grades 1-4 recorded.
func withRecordings(t *testing.T) func(*pupil.Options) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "..", "surveys", "grades-1-4.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := surveys.Load(fstest.MapFS{
		"own.yaml":                   {Data: file},
		"own/nb/thrive/question.mp3": {Data: silence()},
		"own/nb/thrive/2.mp3":        {Data: append(silence(), 0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(o *pupil.Options) { o.Surveys = o.Surveys.Merge(own) }
}

// A recording goes before the device's voice, also without a network; it is
// fetched with the others of the wave, whatever is listened to.
func TestRecordings(t *testing.T) {
	s := newSchool(t, withRecordings(t))
	b := newBrowser(t)
	b.before(voices + hearsRecordings + `
		window.held = 0;
		const hold = URL.createObjectURL;
		URL.createObjectURL = (blob) => (window.held++, hold.call(URL, blob));`)
	b.visit(s.link(s.codes("2B", 1)[0]))
	b.there(".welcome")
	b.wait("window.held === 2")
	b.offline(true)
	b.click("button.primary")
	b.there(".question")
	b.click(".hear-all")
	b.expectSaid("a screen with recordings", "Nora: Tenk på denne uka.", "ended blob after 0.3", "Nora: Ja", "ended blob after 0.3", "Nora: Nei", "Nora: Vil ikke svare")
	b.offline(false)
}
