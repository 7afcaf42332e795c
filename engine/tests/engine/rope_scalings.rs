//! The frequencies of the rotary embedding in long contexts.

#[expect(dead_code, unreachable_pub, reason = "the engine has more use for it")]
#[path = "../../src/model/rope_scaling.rs"]
mod rope_scaling;

use rope_scaling::{RopeScaling, YarnScaling};

const YARN: YarnScaling = YarnScaling {
    factor: 40.0,
    original_context: 4096.0,
    beta_fast: 32.0,
    beta_slow: 1.0,
    rounded: true,
    attention_factor: 1.0,
    log_multiplier: None,
};

/// DeepSeek-V2-Lite's own numbers: 64 of a head turn, θ 10000; the borders are at 10.47 and 22.51 pairs.
#[test]
fn yarn_leaves_fast_pairs_and_divides_slow_ones() {
    let factors = |yarn: YarnScaling| -> Vec<f64> {
        (0..32).map(|i| RopeScaling::Yarn(yarn).frequency_factor(i, 64, 10_000.0)).collect()
    };
    let rounded = factors(YARN);
    assert!(rounded[..=10].iter().all(|&f| f == 1.0) && rounded[11] < 1.0);
    assert!(rounded[23..].iter().all(|&f| (f - 1.0 / 40.0).abs() < 1e-12) && rounded[22] > 1.0 / 40.0);
    let half_way = 1.0 - 6.0 / 13.0 + 6.0 / 13.0 / 40.0;
    assert!((rounded[16] - half_way).abs() < 1e-12);
    let exact = factors(YarnScaling { rounded: false, ..YARN });
    assert!(exact[10] == 1.0 && exact[11] > rounded[11] && exact[23] == rounded[23]);
}

#[test]
fn yarn_corrects_either_the_turned_numbers_or_the_scores() {
    let plain = RopeScaling::Yarn(YARN);
    assert!((plain.stretch() - 1.368_888).abs() < 1e-5 && plain.score_factor() == 1.0);
    let deepseek = RopeScaling::Yarn(YarnScaling { log_multiplier: Some(0.0707), ..YARN });
    assert!(deepseek.stretch() == 1.0 && (deepseek.score_factor() - 1.589_62).abs() < 1e-4);
}
