//! Which of several estimates can be told apart, all pairs of them at once.

/// Estimates, what each round of resampling made of them, and the share of false separations that is accepted over all
/// pairs together. `apart[i][j]` says that `i` is surely above `j`.
///
/// Two are told apart where their difference, in units of its spread over the rounds, is larger than the largest such
/// deviation of any pair in all but `alpha` of the rounds: the max-t method, as M. Mogstad, J. P. Romano, A. M. Shaikh and
/// D. Wilhelm use it for ranks ("Inference for ranks", 2024).
pub(super) fn apart(estimates: &[f64], rounds: &[Vec<f64>], alpha: f64) -> Vec<Vec<bool>> {
    let n = estimates.len();
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).collect();
    let mut apart = vec![vec![false; n]; n];
    if rounds.len() < 2 {
        return apart;
    }
    let spread: Vec<f64> = pairs
        .iter()
        .map(|(i, j)| {
            let mean = rounds.iter().map(|round| round[*i] - round[*j]).sum::<f64>() / rounds.len() as f64;
            let squares = rounds.iter().map(|round| (round[*i] - round[*j] - mean).powi(2)).sum::<f64>();
            (squares / (rounds.len() - 1) as f64).sqrt()
        })
        .collect();
    let mut largest: Vec<f64> = rounds
        .iter()
        .map(|round| {
            let of = |((i, j), spread): (&(usize, usize), &f64)| {
                let moved = (round[*i] - round[*j]) - (estimates[*i] - estimates[*j]);
                if *spread > 0.0 { moved.abs() / spread } else { 0.0 }
            };
            pairs.iter().zip(&spread).map(of).fold(0.0, f64::max)
        })
        .collect();
    largest.sort_by(f64::total_cmp);
    let place = ((rounds.len() as f64 * (1.0 - alpha)).ceil() as usize).clamp(1, rounds.len());
    let bound = largest[place - 1];
    for ((i, j), spread) in pairs.iter().zip(&spread) {
        let difference = estimates[*i] - estimates[*j];
        if *spread > 0.0 && difference.abs() > bound * spread {
            let (above, below) = if difference > 0.0 { (*i, *j) } else { (*j, *i) };
            apart[above][below] = true;
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Random, quantile};

    fn normal(random: &mut Random) -> f64 {
        quantile(((random.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64)
    }

    #[test]
    fn equals_are_seldom_told_apart_and_far_ones_are() {
        let mut random = Random::new(3);
        let mut wrong = 0;
        for _ in 0..400 {
            let estimates: Vec<f64> = (0..6).map(|_| normal(&mut random)).collect();
            let rounds: Vec<Vec<f64>> = (0..300)
                .map(|_| estimates.iter().map(|estimate| estimate + normal(&mut random)).collect())
                .collect();
            wrong += usize::from(apart(&estimates, &rounds, 0.05).iter().flatten().any(|apart| *apart));
        }
        // 20 are expected; 35 would be more than three deviations above.
        assert!((6..=34).contains(&wrong), "{wrong} of 400");
        let rounds: Vec<Vec<f64>> =
            (0..300).map(|_| vec![normal(&mut random), 9.0 + normal(&mut random)]).collect();
        let told = apart(&[0.0, 9.0], &rounds, 0.05);
        assert!(told[1][0] && !told[0][1]);
    }
}
