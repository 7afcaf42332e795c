//! Strengths from pairwise choices, ties and all.

/// Rounds after which the strengths are taken as they are.
const ROUNDS: usize = 10_000;
/// Change of the logarithm of a strength from which on a round counts as the last.
const SETTLED: f64 = 1e-10;

/// Choices between two things, by what was chosen; a choice may count more or less than once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairwiseChoice {
    /// Indices of the two.
    pub pair: (usize, usize),
    /// How often the first was chosen.
    pub first: f64,
    /// How often the second was chosen.
    pub second: f64,
    /// How often neither was chosen.
    pub ties: f64,
}

/// Strengths and how common ties are.
#[derive(Debug, Clone, PartialEq)]
pub struct Strengths {
    /// Natural logarithms of the strengths; their mean is 0. A difference of 1.1 wins three times of four without ties.
    pub log: Vec<f64>,
    /// Davidson's ν: between equals, ties are to wins of one side as ν is to 1.
    pub ties: f64,
}

/// The likeliest strengths of `n` things under R. R. Davidson's model of 1970: the first of two wins with a chance in
/// proportion to its strength π, and a tie comes in proportion to ν times the root of both. Without ties it is R. A. Bradley and
/// M. E. Terry's.
///
/// `prior` ties of each thing with one of middling strength are thought in: without any, one that never lost has no finite
/// strength.
#[must_use]
pub fn davidson(n: usize, choices: &[PairwiseChoice], prior: f64) -> Strengths {
    // The middling thing is the last.
    let mut choices = choices.to_vec();
    if prior > 0.0 {
        choices.extend((0..n).map(|i| PairwiseChoice {
            pair: (i, n),
            first: prior / 2.0,
            second: prior / 2.0,
            ties: 0.0,
        }));
    }
    let mut strength = vec![1.0; n + 1];
    let (mut nu, mut points) = (0.0, vec![0.0; n + 1]);
    let mut all_ties = 0.0;
    for choice in &choices {
        let (a, b) = choice.pair;
        points[a] += 2.0 * choice.first + choice.ties;
        points[b] += 2.0 * choice.second + choice.ties;
        all_ties += choice.ties;
    }
    if all_ties > 0.0 {
        nu = 1.0;
    }
    for _ in 0..ROUNDS {
        // Each strength is set to what makes its expected points its own, given the others of the last round.
        let (mut shares, mut tied) = (vec![0.0; n + 1], 0.0);
        for PairwiseChoice { pair: (a, b), first, second, ties } in &choices {
            let (x, y): (f64, f64) = (strength[*a], strength[*b]);
            let root = (x * y).sqrt();
            let each = (first + second + ties) / (x + y + nu * root);
            shares[*a] += each * (2.0 + nu * (y / x).sqrt());
            shares[*b] += each * (2.0 + nu * (x / y).sqrt());
            tied += each * root;
        }
        let mut moved: f64 = 0.0;
        for i in 0..=n {
            if shares[i] > 0.0 && points[i] > 0.0 {
                let next = points[i] / shares[i];
                moved = moved.max((next / strength[i]).ln().abs());
                strength[i] = next;
            }
        }
        if tied > 0.0 {
            let next = all_ties / tied;
            if nu > 0.0 {
                moved = moved.max((next / nu).ln().abs());
            }
            nu = next;
        }
        let scale = strength[..n].iter().map(|x| x.ln()).sum::<f64>() / n.max(1) as f64;
        strength.iter_mut().for_each(|x| *x /= scale.exp());
        if moved < SETTLED {
            break;
        }
    }
    Strengths { log: strength[..n].iter().map(|x| x.ln()).collect(), ties: nu }
}
