//! The turning of heads by the place of a patch: rotary embedding in two axes.

/// The way in which heads turn with the place of a patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TowerRopeKind {
    /// Numbers i and i + half of the head turn together, the first half of the pairs by the line.
    Halves,
    /// Each half of the head is for one axis, the first for the column; inside, i and i + a quarter turn together.
    HalfAnAxis,
    /// Numbers 2i and 2i + 1 turn together, the first half of the pairs by the line, with every other frequency.
    Neighbours,
}

/// The pairs of numbers that turn in a head.
#[derive(Debug)]
pub(super) struct TowerRope {
    pairs: Vec<TurningPair>,
}

/// The cosine and sine of each pair at a place.
pub(super) type HeadTurns = Vec<(f32, f32)>;

/// Two numbers of a head that turn together.
#[derive(Debug, Clone, Copy, PartialEq)]
struct TurningPair {
    places: [usize; 2],
    by_column: bool,
    /// Radians a patch.
    frequency: f64,
}

impl TowerRope {
    /// For heads of `size` numbers, a multiple of four.
    pub(super) fn new(kind: TowerRopeKind, size: usize) -> TowerRope {
        let (half, quarter) = (size / 2, size / 4);
        let pair = |i: usize| {
            let (second, step) = (i >= quarter, i % quarter);
            let of_half = |base: f64| base.powf(-2.0 * step as f64 / half as f64);
            match kind {
                TowerRopeKind::Halves => {
                    TurningPair { places: [i, i + half], by_column: second, frequency: of_half(10_000.0) }
                }
                TowerRopeKind::HalfAnAxis => {
                    let begin = if second { half } else { 0 };
                    let places = [begin + step, begin + step + quarter];
                    TurningPair { places, by_column: !second, frequency: of_half(100.0) }
                }
                TowerRopeKind::Neighbours => {
                    let exponent = (4 * step + if second { 2 } else { 0 }) as f64 / size as f64;
                    let places = [2 * i, 2 * i + 1];
                    TurningPair { places, by_column: second, frequency: 10_000_f64.powf(-exponent) }
                }
            }
        };
        TowerRope { pairs: (0..half).map(pair).collect() }
    }

    /// The cosine and sine of each pair at a place.
    pub(super) fn turns(&self, (row, column): (usize, usize)) -> HeadTurns {
        let turn = |pair: &TurningPair| {
            let place = if pair.by_column { column } else { row };
            let (sin, cos) = (place as f64 * pair.frequency).sin_cos();
            (cos as f32, sin as f32)
        };
        self.pairs.iter().map(turn).collect()
    }

    /// Turns a head.
    pub(super) fn apply(&self, head: &mut [f32], turns: &[(f32, f32)]) {
        for (TurningPair { places: [a, b], .. }, &(cos, sin)) in self.pairs.iter().zip(turns) {
            let (x, y) = (head[*a], head[*b]);
            head[*a] = x * cos - y * sin;
            head[*b] = x * sin + y * cos;
        }
    }
}
