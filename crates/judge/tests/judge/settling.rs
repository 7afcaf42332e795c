//! What the spread settles is no part of what the crate offers, so its file is compiled once more here.

#[path = "../../src/settling.rs"]
mod source;

use pelicycle_statistics::asymptotic_interval;
use source::{JudgedShare, first_after};

#[test]
fn how_many_judgements_more_would_do_is_what_trying_each_number_says() {
    let (mut told, miss) = (0, 0.025);
    for (independent, pairs) in [(9, 10), (12, 15), (40, 45), (90, 95)] {
        for (share, variance) in [(0.62, 0.02), (0.15, 0.03), (0.96, 0.04)] {
            let judged = JudgedShare { share, variance, pairs, independent };
            let possible = (independent * independent).min(300);
            let floor = share * (1.0 - share) * 2.0 / (3.0 * independent as f64);
            let each = (pairs + 1..=possible).find(|tried| {
                let variance = (variance * pairs as f64 / *tried as f64).max(floor);
                let bounds = asymptotic_interval(share, variance, independent - 1, miss).unwrap();
                bounds.low > 0.5 || bounds.high < 0.5
            });
            assert_eq!(judged.settled_by(possible, miss), each);
            told += usize::from(each.is_some());
        }
    }
    assert_eq!(told, 6, "half of them are within reach");
}

#[test]
fn of_hundreds_of_thousands_of_pairs_few_are_tried() {
    for answer in [501, 502, 77_777, 359_999, 360_000] {
        let mut tried = 0;
        let found = first_after(500, 360_000, |pairs| {
            tried += 1;
            pairs >= answer
        });
        assert_eq!(found, Some(answer));
        assert!(tried <= 20, "{tried}");
    }
    assert_eq!(first_after(500, 360_000, |_| false), None);
    assert_eq!(first_after(9, 9, |_| true), None, "no pair is left");
}
