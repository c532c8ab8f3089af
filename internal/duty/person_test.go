package duty

import "testing"

func TestLooksLikePerson(t *testing.T) {
	for _, tt := range []struct {
		text string
		want RefusalCode
	}{
		{"Snakket med foresatte, kari.nordmann@example.no", Email},
		// 01010150074: the made-up number Skatteetaten uses in examples has
		// this shape; 41 is a D-number's day, 81 a synthetic month.
		{"Eleven 01010150074 satt alene", NationalID},
		{"Eleven 010101 50074 satt alene", NationalID},
		{"Eleven 41818050074", NationalID},
		{"Ring mor på 912 34 567", Phone},
		{"Ring mor på 91234567 i dag", Phone},
		{"Ring mor på +47 22 33 44 55", Phone},
		{"Jeg så Ola, Kari og Per i gangen", Names},
		{"Kari og Per satt alene", Names},
		{"Ola Nordmann, Kari Hansen", Names},
		{"Anne-Lise / Åse", Names},
		{"Disse var der:\n- Ola\n- Kari\n- Per\n", Names},
		{"Ola\nKari\nPer", Names},

		{"Rolig i friminuttene. Elevene leker sammen.", ""},
		{"Vi så ekstra etter i 5A og 5B, og i garderoben.", ""},
		{"Mandag og Tirsdag var urolige, Onsdag rolig.", ""},
		{"Læreren og miljøterapeuten var ute hver dag.", ""},
		{"Rektor, Kontaktlærer og Helsesykepleier har møtt klassen.", ""},
		{"Observert 12.10.2026 og 20261014, 24 elever til stede.", ""},
		{"Skolens org.nr. er 974 760 673.", ""},
		{"Skolegården\nKantina\nGarderoben\n", ""},
		{"Kl. 11.30-12.15, to voksne ute", ""},
		{"Tok opp saken i Elevrådet", ""},
	} {
		if got, found := looksLikePerson(tt.text); got != tt.want {
			t.Errorf("looksLikePerson(%q) = %q (%q), want %q", tt.text, got, found, tt.want)
		}
	}
}
