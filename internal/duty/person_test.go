package duty

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

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
		// As they are pasted from a message, a list or a register.
		{"Emma satt alene i dag.", Names},
		{"Hei! Mohammeds mor ringte i dag.", Names},
		{"Det var NORA som begynte.", Names},
		{"Ingen ville leke med Anne-Lise.", Names},
		{"Máret ble sint.", Names},
		{"Øyvind i 7B", Names},
		{"Berg, Jonas Johan\tGutt\t2014", Names},
		{"5A: Emma, Ahmed, Oliwia", Names},
		{"Jenta heter Zainab", Names},
		{"K.N. i 5A satt alene", Names},
		{"Uro rundt KN (10B)", Names},
		{"Det gjelder Å. fra 7C.", Names},
		{"KN, 5A", Names},
		{"Han heter @tiger_gutt på snap", Names},
		{"Gutt født 12.03.2014", NationalID},
		{"f. 1/2-15, går i 5A", NationalID},
		{"Fnr: 120314 50074", NationalID},
		{"12.03.14 500 74", NationalID},
		{"Mor: 912-34-567", Phone},
		{"tlf 0047 91234567", Phone},
		{"22.33.44.55 jobb", Phone},
		{"kari.nordmann(at)skole.no", Email},
		{"Sendt til ola@elev.kommune.no i går", Email},
		{"+4791234567", Phone},
		{"004791234567", Phone},
		{"Med vennlig hilsen\nBjørg Haugland", Names},
		{"Mvh Truls Tveito, far", Names},
		{"Hilsen Gro", Names},
		{"Elev: O. N. gruer seg", Names},
		{"Det gjelder K.N.", Names},
		{"Biera ble sint.", Names},
		{"Elle-Márjá sitter alene", Names},
		{"Wojciech ble slått.", Names},
		{"Oleksandr og Agnieszka", Names},
		{"Snap: tiger_2014", Names},
		{"Heter tiger_2014 på snap, insta katt.99", Names},

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
		// Ordinary words of a school that look a little like those.
		{"Det gikk OK i 5A, og PC i 8B virker igjen.", ""},
		{"Finn ut hvem som har tilsyn. Per uke er det to. Dag for dag blir det bedre.", ""},
		{"Vår plan er klar. Liv og røre i kantina i Mai.", ""},
		{"Trinnleder for 5.–7. trinn og SFO var ute.", ""},
		{"Gjelder 10A, 10B og 10C. Møte i U-teamet kl 08.15.", ""},
		{"A. Tilsyn\nB. Samtaler\nC. Nye grupper", ""},
		{"Vg1 og Vg2, ST1A, HO2B", ""},
		{"PPT, BUP, SLT og Barnevernet er kontaktet.", ""},
		{"Snakket med klassen om Snapchat, Tiktok og Roblox.", ""},
		{"Kapittel 12 i opplæringslova, § 12-4.", ""},
		{"24 elever, 12 nettbrett, uke 46, 2026/1234.", ""},
		{"Kroppsøving på Mandager, svømming på Fredager.", ""},
		{"Two adults were outside in every break. The class was calm.", ""},
		{"Vi så ekstra etter i Storeskolen og Lilleskolen.", ""},
		{"I Gymsalen og Svømmehallen er det trygt nå.", ""},
		{"Skolemiljøteamet og Ressursteamet er med.", ""},
		{"Elever fra Ukraina og Syria får Arabisk og Ukrainsk.", ""},
		{"Gruppe Rød, Gruppe Blå og Gruppe Grønn har hver sin voksen.", ""},
		{"Elev A satt alene, og elev B kom bort. Hilsen Rektor", ""},
		{"Vi øver på å si hei. N.B. gjelder alle.", ""},
		{"De sender snap 12 ganger i timen.", ""},
		{"Hans og hennes klasse? Alle var med. Jo, det hjalp.", ""},
		{"Vi såg ekstra etter elevane i garderoben. Ho som har tilsyn, er der kvar dag.", ""},
	} {
		if got, found := looksLikePerson(tt.text); got != tt.want {
			t.Errorf("looksLikePerson(%q) = %q (%q), want %q", tt.text, got, found, tt.want)
		}
	}
}

// Wherever a name stands among ordinary words it is found, and ordinary words
// alone never are. An unknown word with a capital stands in none: two of them
// with "og" between are a list of names.
func TestNamesAmongWords(t *testing.T) {
	ordinary := []string{
		"rolig", "ute", "i", "garderoben", "Elevene", "leker", "5A", "Rektor", "og", "Mandag", "klassen", "snakket", "om", "SFO", "nytt", "tilsyn", "fra", "uke", "7",
	}
	all := make([]string, 0, len(givenNames))
	for name := range givenNames {
		all = append(all, name)
	}
	slices.Sort(all)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom(ordinary), 1, 12).Draw(t, "words")
		if code, found := looksLikePerson(strings.Join(words, " ")); code != "" {
			t.Fatalf("%q is refused: %s %q", words, code, found)
		}
		i := rapid.IntRange(0, len(words)).Draw(t, "where")
		words = slices.Insert(words, i, rapid.SampledFrom(all).Draw(t, "name")+rapid.SampledFrom([]string{"", "s", ",", "."}).Draw(t, "end"))
		if code, _ := looksLikePerson(strings.Join(words, " ")); code != Names {
			t.Fatalf("%q is not refused", words)
		}
	})
}
