package analytics

import "testing"

// Where a class is expected, in R 4.2.2. Without a class before it, its school's
// level s of precision p, seen through the variance vc between classes:
//
//	1/(1/p+vc)
//
// With one of level b and precision pb, of which rho stays: b1 = s + rho*(b-s) + e
//
//	s+rho*(b-s); 1/(rho^2/pb+(1-rho^2)*vc+(1-rho)^2/p)
func TestPriorOfAUnit(t *testing.T) {
	v := Vintage{
		Model:   Model{Score: Components{Class: .037, School: .008, Owner: .0015}, Carry: .6},
		Schools: map[string]Belief{"A/1": {Mean: -.08, Precision: 180}},
	}
	prior := v.prior("A/1")
	near(t, "mean", prior.Mean, -.08, 1e-15)
	near(t, "precision", prior.Precision, 23.4986945169713, 1e-10)
	carried := v.carried("A/1", Belief{Mean: -.5, Precision: 90})
	near(t, "mean, carried", carried.Mean, -.332, 1e-15)
	near(t, "precision, carried", carried.Precision, 35.0031113876789, 1e-10)
	// A school nobody knows: 1/(.008+.0015+.037), and with it in place of 1/p.
	unknown := v.prior("A/2")
	near(t, "mean of the unknown", unknown.Mean, 0, 0)
	near(t, "precision of the unknown", unknown.Precision, 21.5053763440860, 1e-10)
	unknown = v.carried("A/2", Belief{Mean: -.5, Precision: 90})
	near(t, "mean of the unknown, carried", unknown.Mean, -.3, 1e-15)
	near(t, "precision of the unknown, carried", unknown.Precision, 34.2465753424658, 1e-10)

	v.Model.Carry = 0 // nothing stays: as a new class
	if got := v.carried("A/1", Belief{Mean: -.5, Precision: 90}); got != prior {
		t.Errorf("nothing carried: %+v, want %+v", got, prior)
	}
	v.Model.Carry = 1 // all stays
	if got := v.carried("A/1", Belief{Mean: -.5, Precision: 90}); got != (Belief{Mean: -.5, Precision: 90}) {
		t.Errorf("all carried: %+v", got)
	}
}

// School names are an owner's own.
func TestUnitKey(t *testing.T) {
	if a, b := (Unit{Owner: "1", School: "2"}).Key(), (Unit{Owner: "2", School: "2"}).Key(); a == b {
		t.Errorf("two schools are both %q", a)
	}
}

// The reference is what a detector may begin with.
func TestReferenceModel(t *testing.T) {
	m := ReferenceModel(3)
	if len(m.Items) != 3 {
		t.Fatalf("%d items", len(m.Items))
	}
	sound(t, []Vintage{{Model: m}})
}
