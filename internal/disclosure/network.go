package disclosure

// network is a circulation: whole numbers on arcs, each between its bounds, and
// as much into every node as out of it. Node 0 is the outside.
//
// It starts from the flow that is true and moves from one possible flow to
// another; what it finds out, how far one arc can go, does not depend on where
// it starts (Ford & Fulkerson 1962, Flows in Networks, §I.8). All bounds are
// whole, so every bound found is reached by whole numbers.
type network struct {
	arcs []arc
	at   [][]int32 // node → arcs that touch it

	// Of the last search: the arc by which each node was reached, and the round in
	// which it was.
	by      []int32
	reached []int
	round   int
	queue   []int32
}

type arc struct {
	from, to     int32
	lo, hi, flow int
}

// reset empties the network and gives it so many nodes.
func (n *network) reset(nodes int) {
	n.arcs = n.arcs[:0]
	for len(n.at) < nodes {
		n.at = append(n.at, nil)
		n.by = append(n.by, 0)
		n.reached = append(n.reached, 0)
	}
	for i := range nodes {
		n.at[i] = n.at[i][:0]
	}
}

// add adds an arc and gives its number.
func (n *network) add(a arc) int {
	i := int32(len(n.arcs))
	n.arcs = append(n.arcs, a)
	n.at[a.from] = append(n.at[a.from], i)
	if a.to != a.from {
		n.at[a.to] = append(n.at[a.to], i)
	}
	return int(i)
}

// move brings the flow of an arc as near to want as it can get, moving others
// within their bounds, and gives what it then is.
func (n *network) move(a, want int) int {
	arc := &n.arcs[a]
	want = min(max(want, arc.lo), arc.hi)
	if arc.from == arc.to {
		arc.flow = want
	}
	for arc.flow < want {
		by := n.augment(arc.to, arc.from, want-arc.flow, int32(a))
		if by == 0 {
			break
		}
		arc.flow += by
	}
	for arc.flow > want {
		by := n.augment(arc.from, arc.to, arc.flow-want, int32(a))
		if by == 0 {
			break
		}
		arc.flow -= by
	}
	return arc.flow
}

// augment sends as much as a shortest way from one node to another can carry,
// up to most, and gives how much that is; 0 if there is no way. It leaves one
// arc alone.
func (n *network) augment(from, to int32, most int, without int32) int {
	if !n.reach(from, to, without) {
		return 0
	}
	for v := to; v != from; {
		u := n.arcs[n.by[v]].other(v)
		_, room := n.room(n.by[v], u)
		most = min(most, room)
		v = u
	}
	for v := to; v != from; {
		a := &n.arcs[n.by[v]]
		u := a.other(v)
		if a.from == u {
			a.flow += most
		} else {
			a.flow -= most
		}
		v = u
	}
	return most
}

// reach looks for a shortest way from one node to another, and notes it in by.
func (n *network) reach(from, to, without int32) bool {
	n.round++
	n.queue = append(n.queue[:0], from)
	n.reached[from] = n.round
	for head := 0; head < len(n.queue); head++ {
		u := n.queue[head]
		for _, a := range n.at[u] {
			v, room := n.room(a, u)
			if room <= 0 || a == without || n.reached[v] == n.round {
				continue
			}
			n.reached[v], n.by[v] = n.round, a
			if v == to {
				return true
			}
			n.queue = append(n.queue, v)
		}
	}
	return false
}

// room is where an arc leads from one of its ends, and how much more it can
// carry that way.
func (n *network) room(i, from int32) (to int32, room int) {
	a := &n.arcs[i]
	if a.from == from {
		return a.to, a.hi - a.flow
	}
	return a.from, a.flow - a.lo
}

func (a *arc) other(end int32) int32 {
	if a.from == end {
		return a.to
	}
	return a.from
}
