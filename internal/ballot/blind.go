package ballot

import (
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"
)

// Blinded is a nonce on its way to becoming a ballot: the tablet's half of the
// protocol.
type Blinded struct {
	Request Bytes // for the issuer, whom it tells nothing

	client oprf.PartialObliviousClient
	secret *oprf.FinalizeData
}

// Blind hides a nonce from the issuer.
func (p PublicKeys) Blind(nonce []byte) (*Blinded, error) {
	key := new(oprf.PublicKey)
	if err := key.UnmarshalBinary(suite, p.POPRF); err != nil {
		return nil, fmt.Errorf("read the ballot key: %w", err)
	}
	client := oprf.NewPartialObliviousClient(suite, key)
	secret, request, err := client.Blind([][]byte{nonce})
	if err != nil {
		return nil, fmt.Errorf("blind a nonce: %w", err)
	}
	blinded, err := request.Elements[0].MarshalBinaryCompress()
	if err != nil {
		return nil, fmt.Errorf("encode a blinded nonce: %w", err)
	}
	return &Blinded{blinded, client, secret}, nil
}

// Token unblinds what the issuer made of the request. It is false if the proof
// does not show that the ballot is made with the published key and this info:
// such a ballot could be marked.
func (b *Blinded) Token(info Info, e Evaluation) (token Bytes, ok bool) {
	evaluated, proof := suite.Group().NewElement(), new(dleq.Proof)
	if err := errors.Join(evaluated.UnmarshalBinary(e.Evaluated), proof.UnmarshalBinary(suite.Group(), e.Proof)); err != nil {
		return nil, false
	}
	// Finalize checks the proof. Of what it returns only the collector has use.
	if _, err := b.client.Finalize(b.secret, &oprf.Evaluation{Elements: []group.Element{evaluated}, Proof: proof}, info.Bytes()); err != nil {
		return nil, false
	}
	unblind := suite.Group().NewScalar().Inv(b.secret.CopyBlinds()[0])
	token, err := suite.Group().NewElement().Mul(evaluated, unblind).MarshalBinaryCompress()
	return token, err == nil
}
