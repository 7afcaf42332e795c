//! The choice of the positions with the best scores.

/// Marks the `count` best scores; of equal ones the first.
pub(super) fn best(scores: &[f32], count: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    if count < order.len() {
        order.select_nth_unstable_by(count, |&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        order.truncate(count);
    }
    let mut marked = vec![false; scores.len()];
    order.into_iter().for_each(|place| marked[place] = true);
    marked
}
