//! Agreement beyond chance.

/// Cohen's κ of a table whose rows are what one judge said and whose columns what the other did (J. Cohen, 1960): 1 is perfect
/// agreement, 0 that of chance. None without counts, and where both always say the same one thing.
#[must_use]
pub fn kappa<const N: usize>(table: &[[f64; N]; N]) -> Option<f64> {
    let all: f64 = table.iter().flatten().sum();
    let same: f64 = (0..N).map(|i| table[i][i]).sum();
    let by_chance: f64 = (0..N)
        .map(|i| table[i].iter().sum::<f64>() * table.iter().map(|row| row[i]).sum::<f64>() / all)
        .sum();
    (all > 0.0 && all - by_chance > 1e-12 * all).then(|| (same - by_chance) / (all - by_chance))
}
