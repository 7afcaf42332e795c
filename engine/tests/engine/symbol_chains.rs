//! Joining neighbours, the best pair first.

#[path = "../../src/tokenizer/chain.rs"]
mod chain;

use std::cmp::Reverse;

use chain::SymbolChain;

/// Joins numbers that lie side by side on the number line, small ones first.
fn joined(row: &[u32]) -> Vec<u32> {
    let mut chain = SymbolChain::new();
    row.iter().for_each(|&symbol| chain.push(symbol));
    chain.join(|left, right| (left.abs_diff(right) == 1).then(|| (Reverse(left + right), left + right)));
    chain.symbols().collect()
}

#[test]
fn the_best_pair_goes_first_and_of_equal_ones_the_leftmost() {
    assert!(joined(&[]).is_empty());
    assert_eq!(joined(&[7]), [7]);
    assert_eq!(joined(&[1, 2, 1]), [3, 1]);
    assert_eq!(joined(&[0, 1, 2]), [3]);
}

#[test]
fn a_pair_of_which_one_side_has_changed_is_not_joined() {
    // 4 takes in 3 before 5 can take in 4, and 3 takes in 4 before 4 can take in 5.
    assert_eq!(joined(&[5, 4, 3]), [5, 7]);
    assert_eq!(joined(&[3, 4, 5]), [7, 5]);
}

#[test]
fn an_emptied_chain_forgets_its_row() {
    let mut chain: SymbolChain<u8, u8> = SymbolChain::new();
    chain.push(1);
    chain.clear();
    chain.push(2);
    chain.join(|_, _| None);
    assert!(chain.symbols().eq([2]));
}
