//! Prompt lookup: what comes next is guessed from what followed when the last few tokens stood in the text before.
//!
//! Drawings repeat themselves: attributes, coordinates of neighbours, whole groups.

use std::collections::HashMap;

/// Matches longer than this are not told apart.
const LONGEST: usize = 32;
/// Tokens of the shortest runs that are found wherever they stood, not only where they stood last.
const RUN: usize = 3;
/// Earlier places of such a run that are looked at.
const PLACES: usize = 32;

/// An index of a text's tokens by their runs of one to three.
#[derive(Debug, Default)]
pub(crate) struct PromptLookup {
    /// For runs of one, two and three tokens the place after which they stood last.
    last: [HashMap<[u32; RUN], u32>; RUN],
    /// For each place the one before that ends the same run of three; 0 where there is none.
    before: Vec<u32>,
}

/// An earlier place that the end of the text resembles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LookupMatch {
    /// The place of the token that followed there.
    pub(crate) next: usize,
    /// Tokens before it that are the same as the text's last, up to 32.
    pub(crate) length: usize,
}

/// The run of `n` tokens that ends at a place.
fn run(tokens: &[u32], end: usize, n: usize) -> Option<[u32; RUN]> {
    let found = tokens.get(end.checked_sub(n)?..end)?;
    let mut run = [0; RUN];
    run[..n].copy_from_slice(found);
    Some(run)
}

impl PromptLookup {
    /// Takes in the tokens that have come since it was last called, and finds the longest match of the text's end; of
    /// equal ones the latest.
    pub(crate) fn find(&mut self, tokens: &[u32]) -> Option<LookupMatch> {
        // The run at the very end has no token after it yet.
        for end in self.before.len()..tokens.len() {
            self.before.push(0);
            for n in 1..=RUN {
                if let Some(run) = run(tokens, end, n) {
                    let earlier = self.last[n - 1].insert(run, end as u32);
                    if n == RUN {
                        self.before[end] = earlier.unwrap_or(0);
                    }
                }
            }
        }
        let place = |n: usize| Some(*self.last[n - 1].get(&run(tokens, tokens.len(), n)?)? as usize);
        let Some(latest) = place(RUN) else {
            let next = place(2).or_else(|| place(1))?;
            return Some(LookupMatch { next, length: same(tokens, next) });
        };
        let mut best = LookupMatch { next: latest, length: same(tokens, latest) };
        let mut next = self.before[latest] as usize;
        for _ in 1..PLACES {
            if next == 0 || best.length >= LONGEST {
                break;
            }
            let length = same(tokens, next);
            if length > best.length {
                best = LookupMatch { next, length };
            }
            next = self.before[next] as usize;
        }
        Some(best)
    }
}

/// The number of tokens before a place that are the same as those at the end.
fn same(tokens: &[u32], place: usize) -> usize {
    let pairs = tokens[..place].iter().rev().zip(tokens.iter().rev());
    pairs.take(LONGEST).take_while(|(a, b)| a == b).count()
}
