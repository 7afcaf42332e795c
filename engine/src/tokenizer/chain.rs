//! Joining neighbours, the best pair first: what byte-pair encoding and SentencePiece have in common.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// No neighbour.
const NONE: usize = usize::MAX;

/// A row of symbols in which neighbours are joined two by two: always the pair of the greatest priority, of
/// equal ones the leftmost.
///
/// The row is a list linked in an array, so that a join moves nothing, and the possible joins are a heap: a row
/// of n symbols takes time in the order of n log n. An emptied chain keeps its memory for the next row.
pub(super) struct SymbolChain<S, P> {
    links: Vec<Link<S>>,
    joins: BinaryHeap<Join<S, P>>,
}

/// A symbol and the places of its neighbours. What was joined to its left is no more in the row and has no
/// neighbour on its right.
struct Link<S> {
    symbol: S,
    before: usize,
    after: usize,
}

/// Two neighbours that can be joined, unless one of them has changed since: a symbol changes when it takes in
/// the one on its right, and then it has another neighbour there.
struct Join<S, P> {
    priority: P,
    joined: S,
    left: usize,
    right: usize,
    /// The symbol that came after the right one.
    after: usize,
}

impl<S, P: Ord> Join<S, P> {
    fn key(&self) -> (&P, Reverse<usize>) {
        (&self.priority, Reverse(self.left))
    }
}

impl<S, P: Ord> Ord for Join<S, P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl<S, P: Ord> PartialOrd for Join<S, P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S, P: Ord> PartialEq for Join<S, P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<S, P: Ord> Eq for Join<S, P> {}

impl<S: Copy, P: Ord> SymbolChain<S, P> {
    pub(super) fn new() -> SymbolChain<S, P> {
        SymbolChain { links: Vec::new(), joins: BinaryHeap::new() }
    }

    /// Empties the row.
    pub(super) fn clear(&mut self) {
        self.links.clear();
    }

    /// Puts a symbol at the end of the row, before anything is joined.
    pub(super) fn push(&mut self, symbol: S) {
        let at = self.links.len();
        let before = match self.links.last_mut() {
            Some(last) => {
                last.after = at;
                at - 1
            }
            None => NONE,
        };
        self.links.push(Link { symbol, before, after: NONE });
    }

    /// Joins until no pair is left that can be joined. `pair` says what two neighbours make, and how urgently.
    pub(super) fn join(&mut self, pair: impl Fn(S, S) -> Option<(P, S)>) {
        for left in 0..self.links.len() {
            self.consider(left, &pair);
        }
        while let Some(Join { joined, left, right, after, .. }) = self.joins.pop() {
            if self.links[left].after != right || self.links[right].after != after {
                continue;
            }
            self.links[left].symbol = joined;
            self.links[left].after = after;
            self.links[right].after = NONE;
            if after != NONE {
                self.links[after].before = left;
            }
            self.consider(left, &pair);
            let before = self.links[left].before;
            if before != NONE {
                self.consider(before, &pair);
            }
        }
    }

    fn consider(&mut self, left: usize, pair: impl Fn(S, S) -> Option<(P, S)>) {
        let right = self.links[left].after;
        if right == NONE {
            return;
        }
        let Link { symbol, after, .. } = self.links[right];
        if let Some((priority, joined)) = pair(self.links[left].symbol, symbol) {
            self.joins.push(Join { priority, joined, left, right, after });
        }
    }

    /// The symbols of the row, in order.
    pub(super) fn symbols(&self) -> impl Iterator<Item = S> {
        let first = self.links.first();
        std::iter::successors(first, |link| self.links.get(link.after)).map(|link| link.symbol)
    }
}
