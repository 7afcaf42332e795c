//! Which of several estimates can be told apart, all pairs of them at once.

use pelicycle_statistics::{student_quantile, upper_tail};

/// Which of some estimates are surely above which: `apart[i][j]` says that of `i` and `j`. `rounds` is what resampling made of
/// them, `freedom` how many things each rests on, less one, and `alpha` the share of false separations that is accepted over all
/// pairs together.
///
/// Two are told apart where their difference, in units of its spread over the rounds, is larger than the largest such
/// deviation of any pair in all but `alpha` of the rounds: the max-t method, as M. Mogstad, J. P. Romano, A. M. Shaikh and
/// D. Wilhelm use it for ranks ("Inference for ranks", 2024). Few things resampled spread too little, so the bound is Student's for
/// as many as the two rest on; where they rest on one each, it is the normal one, and speaks of those two alone.
pub(super) fn apart(estimates: &[f64], rounds: &[Vec<f64>], freedom: &[usize], alpha: f64) -> Vec<Vec<bool>> {
    let n = estimates.len();
    let mut apart = vec![vec![false; n]; n];
    if rounds.len() < 2 {
        return apart;
    }
    let pairs: Vec<Difference> = (0..n)
        .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
        .map(|pair| Difference::new(pair, rounds))
        .filter(|difference| difference.spread > 0.0)
        .collect();
    let deviation = |round: &Vec<f64>| pairs.iter().map(|pair| pair.deviation(round)).fold(0.0, f64::max);
    let mut largest: Vec<f64> = rounds.iter().map(deviation).collect();
    largest.sort_by(f64::total_cmp);
    let place = ((rounds.len() as f64 * (1.0 - alpha)).ceil() as usize).clamp(1, rounds.len());
    let bound = largest[place - 1];
    for Difference { pair: (i, j), spread, .. } in &pairs {
        let bound = match freedom[*i] + freedom[*j] {
            0 => bound,
            freedom => student_quantile(upper_tail(bound), freedom),
        };
        let difference = estimates[*i] - estimates[*j];
        if difference.abs() > bound * spread {
            let (above, below) = if difference > 0.0 { (*i, *j) } else { (*j, *i) };
            apart[above][below] = true;
        }
    }
    apart
}

/// The difference of two, over the rounds.
struct Difference {
    pair: (usize, usize),
    mean: f64,
    spread: f64,
}

impl Difference {
    fn new(pair: (usize, usize), rounds: &[Vec<f64>]) -> Difference {
        let all = || rounds.iter().map(|round| round[pair.0] - round[pair.1]);
        let (mean, spread) = mean_and_spread(all, rounds.len());
        Difference { pair, mean, spread }
    }

    fn deviation(&self, round: &[f64]) -> f64 {
        (round[self.pair.0] - round[self.pair.1] - self.mean).abs() / self.spread
    }
}

/// The mean of `n` numbers, at least two, and their standard deviation.
pub(super) fn mean_and_spread<I: Iterator<Item = f64>>(numbers: impl Fn() -> I, n: usize) -> (f64, f64) {
    let mean = numbers().sum::<f64>() / n as f64;
    let squares = numbers().map(|number| (number - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use pelicycle_statistics::{Random, quantile};

    use super::*;

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
            wrong += usize::from(
                apart(&estimates, &rounds, &[1000; 6], 0.05).iter().flatten().any(|apart| *apart),
            );
        }
        // 20 are expected; 35 would be more than three deviations above.
        assert!((6..=34).contains(&wrong), "{wrong} of 400");
        let rounds: Vec<Vec<f64>> =
            (0..300).map(|_| vec![normal(&mut random), 9.0 + normal(&mut random)]).collect();
        let told = apart(&[0.0, 9.0], &rounds, &[9; 2], 0.05);
        assert!(told[1][0] && !told[0][1]);
    }
}
