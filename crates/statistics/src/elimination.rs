//! Symmetric positive definite systems in which most unknowns meet few others: elimination in an order that keeps it so.

/// The matrix of a system: the upper half, row by row, in the order of elimination.
#[derive(Debug, Clone)]
pub(crate) struct SymmetricSystem {
    size: usize,
    cells: Vec<f64>,
    is_factored: bool,
}

impl SymmetricSystem {
    /// The system of so many unknowns whose cells are all 0.
    pub(crate) fn new(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * size], is_factored: false }
    }

    /// Empties all cells.
    pub(crate) fn clear(&mut self) {
        self.cells.fill(0.0);
        self.is_factored = false;
    }

    /// Adds to a cell and to the one that mirrors it.
    pub(crate) fn add(&mut self, one: usize, other: usize, value: f64) {
        self.cells[one.min(other) * self.size + one.max(other)] += value;
    }

    /// Factors the matrix into U′D⁻¹U (Gauss's elimination without exchange of rows, which such a matrix does not need): each row
    /// is then its row of U, whose first cell is that of D. What stays 0 costs nothing.
    pub(crate) fn factor(&mut self) {
        let size = self.size;
        for pivot in 0..size {
            let (above, below) = self.cells.split_at_mut((pivot + 1) * size);
            let row = &above[pivot * size..];
            for (index, under) in below.chunks_exact_mut(size).enumerate() {
                let column = pivot + 1 + index;
                let share = row[column] / row[pivot];
                if share != 0.0 {
                    for (cell, value) in under[column..].iter_mut().zip(&row[column..]) {
                        *cell -= share * value;
                    }
                }
            }
        }
        self.is_factored = true;
    }

    /// The unknowns from the first on that is given, for a right side; the rest is left out. After [`Self::factor`].
    fn solve_from(&self, first: usize, right: &mut [f64]) {
        debug_assert!(self.is_factored);
        let row = |index: usize| &self.cells[index * self.size..(index + 1) * self.size];
        for index in first..self.size {
            let share = right[index - first] / row(index)[index];
            if share != 0.0 {
                for (value, cell) in right[index + 1 - first..].iter_mut().zip(&row(index)[index + 1..]) {
                    *value -= share * cell;
                }
            }
        }
        for index in (first..self.size).rev() {
            let later = right[index + 1 - first..].iter().zip(&row(index)[index + 1..]);
            let sum: f64 = later.map(|(value, cell)| value * cell).sum();
            right[index - first] = (right[index - first] - sum) / row(index)[index];
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
    pub(crate) fn inverse_where_it_meets(&self) -> InverseCells {
        let size = self.size;
        let mut cells = vec![0.0; size * size];
        let mut sums = vec![0.0; size];
        for index in (0..size).rev() {
            let row = &self.cells[index * size..(index + 1) * size];
            let pivot = row[index];
            sums[index..].fill(0.0);
            for (met, cell) in row.iter().enumerate().skip(index + 1).filter(|(_, cell)| **cell != 0.0) {
                let share = cell / pivot;
                let known = &cells[met * size + index + 1..(met + 1) * size];
                sums[index + 1..].iter_mut().zip(known).for_each(|(sum, cell)| *sum -= share * cell);
            }
            let mut own = 1.0 / pivot;
            for met in (index + 1..size).filter(|met| row[*met] != 0.0) {
                (cells[index * size + met], cells[met * size + index]) = (sums[met], sums[met]);
                own -= row[met] / pivot * sums[met];
            }
            cells[index * size + index] = own;
        }
        InverseCells { size, cells }
    }

    /// The block of the inverse that belongs to the unknowns from `first` on. After [`Self::factor`].
    pub(crate) fn inverse_from(&self, first: usize) -> Vec<Vec<f64>> {
        let size = self.size - first;
        (0..size)
            .map(|index| {
                let mut column = vec![0.0; size];
                column[index] = 1.0;
                self.solve_from(first, &mut column);
                column
            })
            .collect()
    }
}

/// Cells of an inverse.
#[derive(Debug)]
pub(crate) struct InverseCells {
    size: usize,
    cells: Vec<f64>,
}

impl InverseCells {
    pub(crate) fn cell(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }
}

/// An order of elimination for things of which `meetings` says which meet: each time the one that meets fewest, upon which all that
/// it meets meet each other (minimum degree: D. J. Rose, 1972). It gives the place of each.
pub(crate) fn places(count: usize, meetings: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
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
    let mut found = vec![usize::MAX; count];
    for place in 0..count {
        let left = (0..count).filter(|thing| found[*thing] == usize::MAX);
        let Some(next) = left.min_by_key(|thing| degrees[*thing]) else { break };
        found[next] = place;
        let mut all = std::mem::take(&mut met[next]);
        all[next / 64] &= !(1 << (next % 64));
        for other in (0..count).filter(|other| all[other / 64] >> (other % 64) & 1 == 1) {
            met[other][next / 64] &= !(1 << (next % 64));
            met[other].iter_mut().zip(&all).for_each(|(word, more)| *word |= more);
            degrees[other] = degree(&met[other]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_times_its_matrix_is_one_and_a_solution_gives_the_right_side_again() {
        let matrix =
            [[4.0, -1.0, -2.0, 0.0], [-1.0, 3.0, 0.0, -0.5], [-2.0, 0.0, 5.0, 0.0], [0.0, -0.5, 0.0, 2.0]];
        let mut system = SymmetricSystem::new(4);
        for (i, row) in matrix.iter().enumerate() {
            (i..4).for_each(|j| system.add(j, i, row[j]));
        }
        system.factor();
        let inverse = system.inverse_from(0);
        let mut solved = vec![1.0, 2.0, 3.0, 4.0];
        system.solve(&mut solved);
        for (i, row) in matrix.iter().enumerate() {
            let again: f64 = row.iter().zip(&solved).map(|(cell, value)| cell * value).sum();
            assert!((again - (i + 1) as f64).abs() < 1e-12);
            for j in 0..4 {
                let sum: f64 = row.iter().zip(&inverse).map(|(cell, row)| cell * row[j]).sum();
                assert!((sum - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
        // Eliminating the others leaves the block of the inverse as it is.
        let last = system.inverse_from(2);
        assert!((0..2).all(|i| (0..2).all(|j| (last[i][j] - inverse[i + 2][j + 2]).abs() < 1e-12)));
        let cells = system.inverse_where_it_meets();
        for (i, j) in [(0, 0), (0, 1), (2, 0), (1, 3), (2, 2), (3, 3)] {
            assert!((cells.cell(i, j) - inverse[i][j]).abs() < 1e-12, "{i} {j}");
        }
        // Determinant by expansion along the last row.
        assert!(
            (system.log_determinant() - 82.0f64.ln()).abs() < 1e-12,
            "{}",
            system.log_determinant().exp()
        );
    }

    #[test]
    fn leaves_of_a_star_go_before_its_middle() {
        let found = places(5, [(0, 3), (1, 3), (2, 3), (4, 3)].into_iter());
        assert!(found[3] >= 3, "{found:?}");
        let mut all = found.clone();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }
}
