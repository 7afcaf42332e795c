//! Symmetric positive definite systems in which most unknowns meet few others: elimination in an order that keeps it so.

/// The matrix of a system: the upper half, row by row, in the order of elimination. Only cells of unknowns that meet are touched.
#[derive(Debug, Clone)]
pub(crate) struct SymmetricSystem {
    size: usize,
    cells: Vec<f64>,
    /// Of each unknown the later ones that it meets.
    later: Vec<LaterUnknowns>,
    is_factored: bool,
    /// Cells of the inverse, once they were asked for.
    inverse: Vec<f64>,
}

/// The later unknowns that one meets, at first or by elimination, in order.
#[derive(Debug, Clone)]
struct LaterUnknowns {
    /// Some of them.
    scattered: Vec<usize>,
    /// All from this one on.
    rest: usize,
}

impl LaterUnknowns {
    fn new(mut met: Vec<usize>, size: usize) -> Self {
        met.sort_unstable();
        let together = met.iter().rev().zip((0..size).rev()).take_while(|(one, next)| **one == *next).count();
        met.truncate(met.len() - together);
        Self { scattered: met, rest: size - together }
    }

    fn iter(&self, size: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.scattered.iter().copied().chain(self.rest..size)
    }

    fn has(&self, unknown: usize) -> bool {
        unknown >= self.rest || self.scattered.binary_search(&unknown).is_ok()
    }

    /// Adds `times` the cells of one row to those of another, of the unknowns from `first` on.
    fn add_row(&self, first: usize, times: f64, row: &[f64], to: &mut [f64]) {
        let begin = self.scattered.partition_point(|met| *met < first);
        for met in &self.scattered[begin..] {
            to[*met] += times * row[*met];
        }
        let rest = self.rest.max(first);
        to[rest..].iter_mut().zip(&row[rest..]).for_each(|(cell, value)| *cell += times * value);
    }

    /// The sum of products of two rows' cells.
    fn product(&self, row: &[f64], other: &[f64]) -> f64 {
        let scattered: f64 = self.scattered.iter().map(|met| row[*met] * other[*met]).sum();
        let rest = row[self.rest..].iter().zip(&other[self.rest..]);
        scattered + rest.map(|(a, b)| a * b).sum::<f64>()
    }
}

impl SymmetricSystem {
    /// The system of unknowns of which `later` says, for each in the order of elimination, which later ones it meets, those
    /// included that it meets by elimination. All cells are 0.
    pub(crate) fn new(later: Vec<Vec<usize>>) -> Self {
        let size = later.len();
        let later = later.into_iter().map(|met| LaterUnknowns::new(met, size)).collect();
        Self { size, cells: vec![0.0; size * size], later, is_factored: false, inverse: Vec::new() }
    }

    /// Empties all cells.
    pub(crate) fn clear(&mut self) {
        let size = self.size;
        for (index, later) in self.later.iter().enumerate() {
            let row = &mut self.cells[index * size..(index + 1) * size];
            row[index] = 0.0;
            later.scattered.iter().for_each(|met| row[*met] = 0.0);
            row[later.rest..].fill(0.0);
        }
        self.is_factored = false;
    }

    /// Adds to a cell and to the one that mirrors it; the two unknowns meet.
    pub(crate) fn add(&mut self, one: usize, other: usize, value: f64) {
        debug_assert!(
            one == other || self.later[one.min(other)].has(one.max(other)),
            "{one} and {other} don't meet"
        );
        self.cells[one.min(other) * self.size + one.max(other)] += value;
    }

    /// Factors the matrix into U′D⁻¹U (Gauss's elimination without exchange of rows, which such a matrix does not need): each row
    /// is then its row of U, whose first cell is that of D.
    pub(crate) fn factor(&mut self) {
        let size = self.size;
        for (pivot, later) in self.later.iter().enumerate() {
            let (above, below) = self.cells.split_at_mut((pivot + 1) * size);
            let row = &above[pivot * size..];
            for met in later.iter(size) {
                let under = &mut below[(met - pivot - 1) * size..(met - pivot) * size];
                later.add_row(met, -row[met] / row[pivot], row, under);
            }
        }
        self.is_factored = true;
    }

    /// The unknowns from the first on that is given, for a right side that is 0 before them; the others are left as they are.
    /// After [`Self::factor`].
    fn solve_from(&self, first: usize, right: &mut [f64]) {
        debug_assert!(self.is_factored);
        let row = |index: usize| &self.cells[index * self.size..(index + 1) * self.size];
        for index in first..self.size {
            let share = right[index] / row(index)[index];
            if share != 0.0 {
                self.later[index].add_row(index, -share, row(index), right);
            }
        }
        for index in (first..self.size).rev() {
            let sum = self.later[index].product(row(index), right);
            right[index] = (right[index] - sum) / row(index)[index];
        }
    }

    /// Turns a right side into the unknowns. After [`Self::factor`].
    pub(crate) fn solve(&self, right: &mut [f64]) {
        self.solve_from(0, right);
    }

    /// The logarithm of the determinant. After [`Self::factor`].
    pub(crate) fn log_determinant(&self) -> f64 {
        (0..self.size).map(|index| self.cells[index * self.size + index].ln()).sum()
    }

    /// The inverse's cells of unknowns that meet, at first or by elimination; the others are not to be read (K. Takahashi, J. Fagan
    /// and M.-S. Chin, 1973). After [`Self::factor`].
    pub(crate) fn inverse_where_it_meets(&mut self) -> InverseCells<'_> {
        debug_assert!(self.is_factored);
        let size = self.size;
        self.inverse.resize(size * size, 0.0);
        let mut sums = vec![0.0; size];
        for (index, later) in self.later.iter().enumerate().rev() {
            let row = &self.cells[index * size..(index + 1) * size];
            let pivot = row[index];
            later.iter(size).for_each(|met| sums[met] = 0.0);
            for met in later.iter(size) {
                let known = &self.inverse[met * size..(met + 1) * size];
                later.add_row(index, -row[met] / pivot, known, &mut sums);
            }
            let own = later.product(row, &sums);
            for met in later.iter(size) {
                self.inverse[index * size + met] = sums[met];
                self.inverse[met * size + index] = sums[met];
            }
            self.inverse[index * size + index] = (1.0 - own) / pivot;
        }
        InverseCells { size, cells: &self.inverse }
    }

    /// The block of the inverse that belongs to the unknowns from `first` on. After [`Self::factor`].
    pub(crate) fn inverse_from(&self, first: usize) -> Vec<Vec<f64>> {
        (first..self.size)
            .map(|index| {
                let mut column = vec![0.0; self.size];
                column[index] = 1.0;
                self.solve_from(first, &mut column);
                column.split_off(first)
            })
            .collect()
    }
}

/// Cells of an inverse.
#[derive(Debug)]
pub(crate) struct InverseCells<'a> {
    size: usize,
    cells: &'a [f64],
}

impl InverseCells<'_> {
    pub(crate) fn cell(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }
}

/// An order of elimination.
#[derive(Debug)]
pub(crate) struct EliminationOrder {
    /// The place of each unknown in the order.
    pub(crate) place: Vec<usize>,
    /// By place, the places of the later ones that each meets, at first or by elimination.
    pub(crate) later: Vec<Vec<usize>>,
}

/// An order of elimination for unknowns of which `meetings` says which meet: each time the one that meets fewest, upon which all
/// that it meets meet each other (minimum degree: D. J. Rose, 1972). Those from `last` on come after all others.
pub(crate) fn order(
    count: usize,
    last: usize,
    meetings: impl Iterator<Item = (usize, usize)>,
) -> EliminationOrder {
    let words = count.div_ceil(64);
    let mut met = vec![vec![0u64; words]; count];
    for (one, other) in meetings {
        met[one][other / 64] |= 1 << (other % 64);
        met[other][one / 64] |= 1 << (one % 64);
    }
    for (own, met) in met.iter_mut().enumerate() {
        met[own / 64] |= 1 << (own % 64);
    }
    let degree = |met: &[u64]| met.iter().map(|word| word.count_ones()).sum::<u32>();
    let mut degrees: Vec<u32> = met.iter().map(|met| degree(met)).collect();
    let mut place = vec![usize::MAX; count];
    let mut later: Vec<Vec<usize>> = Vec::with_capacity(count);
    for next_place in 0..count {
        let now = if next_place < last { 0..last } else { last..count };
        let left = now.filter(|one| place[*one] == usize::MAX);
        let Some(next) = left.min_by_key(|one| degrees[*one]) else { break };
        place[next] = next_place;
        let mut all = std::mem::take(&mut met[next]);
        all[next / 64] &= !(1 << (next % 64));
        let others: Vec<usize> =
            (0..count).filter(|other| all[other / 64] >> (other % 64) & 1 == 1).collect();
        for &other in &others {
            met[other][next / 64] &= !(1 << (next % 64));
            met[other].iter_mut().zip(&all).for_each(|(word, more)| *word |= more);
            degrees[other] = degree(&met[other]);
        }
        later.push(others);
    }
    later.iter_mut().flatten().for_each(|one| *one = place[*one]);
    EliminationOrder { place, later }
}
