//! How many tokens are guessed ahead.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/engine/draft_planner.rs"]
mod draft_planner;
mod speculation {
    pub(super) use pelicycle_engine::Speculation;
}

use draft_planner::{DraftPlanner, MOST_GUESSES};
use speculation::Speculation;

fn planner(row_share: f64) -> DraftPlanner {
    DraftPlanner::new(row_share, Speculation::WherePays)
}

#[test]
fn cheap_rows_are_guessed_at_every_match_and_dear_ones_at_long_ones() {
    let plan = |share, length| planner(share).plan(&[(length, usize::MAX)])[0];
    assert!(plan(0.05, 2) >= 1 && plan(0.05, 30) == MOST_GUESSES);
    assert_eq!([plan(0.6, 2), plan(0.6, 5)], [0, 0]);
    assert!((1..=3).contains(&plan(0.6, 30)));
    assert_eq!(plan(1.0, 30), 0);
    assert_eq!(planner(0.05).plan(&[(0, 0), (30, 2)]), [0, 2]);
    assert!(planner(0.05).plan(&[]).is_empty());
}

#[test]
fn what_was_learned_decides() {
    let mut planner = planner(0.05);
    for _ in 0..300 {
        planner.guessed(30, false);
    }
    assert_eq!(planner.plan(&[(30, 7)]), [0], "a text that only seems to repeat itself");
    for _ in 0..2000 {
        planner.guessed(30, true);
    }
    assert_eq!(planner.plan(&[(30, 7)]), [7]);
    for _ in 0..100 {
        planner.took(1, 0, 0.1);
        planner.took(1, 1, 0.2);
    }
    assert_eq!(planner.plan(&[(30, 7)]), [0], "a row costs as much as a step");
    for _ in 0..100 {
        planner.took(1, 0, 0.1);
        planner.took(1, 2, 0.11);
    }
    assert_eq!(planner.plan(&[(30, 7)]), [7]);
}

#[test]
fn a_step_without_guesses_comes_now_and_then() {
    let mut planner = planner(0.05);
    let mut plain = 0;
    for _ in 0..100 {
        let guesses = planner.plan(&[(30, 7)])[0];
        plain += usize::from(guesses == 0);
        planner.took(1, guesses, 0.1);
    }
    assert!((3..=5).contains(&plain), "{plain}");
}
