//! Elimination is no part of what the crate offers, so its file is compiled once more here: that is far less than the crate.

#[path = "../../src/elimination.rs"]
mod elimination;

use elimination::{SymmetricSystem, order};

/// A matrix in which few meet, as the system of its unknowns in their own order, and all its cells.
fn system(size: usize, meetings: &[(usize, usize, f64)]) -> (SymmetricSystem, Vec<Vec<f64>>) {
    let mut matrix = vec![vec![0.0; size]; size];
    let mut met = vec![vec![false; size]; size];
    for (one, other, value) in meetings {
        (matrix[*one][*other], matrix[*other][*one]) = (*value, *value);
        (met[*one][*other], met[*other][*one]) = (true, true);
    }
    (0..size).for_each(|own| matrix[own][own] = 4.0 + own as f64);
    for pivot in 0..size {
        for one in pivot + 1..size {
            (pivot + 1..size).for_each(|other| met[one][other] |= met[pivot][one] && met[pivot][other]);
        }
    }
    let later = (0..size).map(|own| (own + 1..size).filter(|other| met[own][*other]).collect()).collect();
    let mut system = SymmetricSystem::new(later);
    // Twice, so that what was there is forgotten.
    for _ in 0..2 {
        system.clear();
        (0..size).for_each(|own| system.add(own, own, matrix[own][own]));
        meetings.iter().for_each(|(one, other, value)| system.add(*other, *one, *value));
        system.factor();
    }
    (system, matrix)
}

#[test]
fn an_inverse_times_its_matrix_is_one_and_a_solution_gives_the_right_side_again() {
    let (mut system, matrix) =
        system(6, &[(0, 1, -1.0), (0, 3, -2.0), (1, 4, 0.5), (2, 5, -0.5), (3, 4, 1.5), (4, 5, -1.0)]);
    let inverse = system.inverse_from(0);
    let right = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let mut solved = right.to_vec();
    system.solve(&mut solved);
    for (i, row) in matrix.iter().enumerate() {
        let again: f64 = row.iter().zip(&solved).map(|(cell, value)| cell * value).sum();
        assert!((again - right[i]).abs() < 1e-12);
        for j in 0..6 {
            let sum: f64 = row.iter().zip(&inverse).map(|(cell, row)| cell * row[j]).sum();
            assert!((sum - f64::from(u8::from(i == j))).abs() < 1e-12);
        }
    }
    // Eliminating the others leaves the block of the inverse as it is.
    let last = system.inverse_from(2);
    assert!((0..4).all(|i| (0..4).all(|j| (last[i][j] - inverse[i + 2][j + 2]).abs() < 1e-12)));
    let log_determinant = system.log_determinant();
    let cells = system.inverse_where_it_meets();
    // The third of them meet by elimination alone.
    for (i, j) in [(0, 0), (0, 1), (3, 0), (1, 3), (5, 2), (2, 2), (5, 5), (4, 5)] {
        assert!((cells.cell(i, j) - inverse[i][j]).abs() < 1e-12, "{i} {j}");
    }
    assert!((log_determinant - determinant(&matrix).ln()).abs() < 1e-12, "{log_determinant}");
}

/// By expansion along the first row.
fn determinant(matrix: &[Vec<f64>]) -> f64 {
    let Some((first, rest)) = matrix.split_first() else { return 1.0 };
    let minor = |column: usize| -> Vec<Vec<f64>> {
        let without = |row: &Vec<f64>| [&row[..column], &row[column + 1..]].concat();
        rest.iter().map(without).collect()
    };
    let signed = |(column, cell): (usize, &f64)| {
        let sign = if column.is_multiple_of(2) { 1.0 } else { -1.0 };
        if *cell == 0.0 { 0.0 } else { sign * cell * determinant(&minor(column)) }
    };
    first.iter().enumerate().map(signed).sum()
}

#[test]
fn leaves_of_a_star_go_before_its_middle_and_those_that_are_to_be_last_after_all() {
    let found = order(6, 5, [(0, 3), (1, 3), (2, 3), (4, 3), (5, 0)].into_iter());
    assert!(found.place[3] >= 3 && found.place[5] == 5, "{found:?}");
    let mut all = found.place.clone();
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    // When the other leaves are gone, the middle meets fewer than the one that meets the last.
    let later = |one: usize| &found.later[found.place[one]];
    assert_eq!(later(1), &[found.place[3]]);
    assert_eq!(later(3), &[found.place[0]]);
    assert_eq!(later(0), &[5]);
}
