//! Statistics that are honest for small samples: rates, scores, their differences, and strengths from choices.
//!
//! The normal approximation and the plain bootstrap promise too much of a few attempts: tests are exact or permutations
//! where there are few numbers, and an interval holds just those values that its test does not reject. [`Rate`] is a share
//! with its interval, [`exact_rates`], [`rank_test`] and [`block_test`] compare two samples, [`change_points`] finds
//! changes over time, [`strengths`] makes strengths of pairwise choices, [`SequentialTrials`] may be looked at after every
//! trial. Every figure is held against other implementations on the same numbers (`scripts/statistics-figures`,
//! `scripts/strength-figures`).
//!
//! It does not know what is counted, and depends on nothing.
//!
//! Start reading at `rate.rs` and `rank.rs`.

mod agreement;
mod asymptotic;
mod blocks;
mod centre;
mod change_points;
mod clusters;
mod correction;
mod elimination;
mod normal;
mod pairwise_choice;
mod power;
mod random;
mod rank;
mod rate;
mod sequential;
mod strength_fit;
mod strength_spread;
mod strengths;
mod student;
mod tables;

pub use agreement::kappa;
pub use asymptotic::asymptotic_interval;
pub use blocks::{BlockSamples, BlockTest, block_test};
pub use centre::{mean, median};
pub use change_points::{ChangePoint, change_points};
pub use correction::holm;
pub use normal::{quantile, upper_tail};
pub use pairwise_choice::PairwiseChoice;
pub use power::{DetectableRates, detectable_rate, detectable_score, growth, rate_gap};
pub use random::Random;
pub use rank::{LocationShift, RankTest, rank_test, shift};
pub use rate::{Interval, Rate, mean_difference};
pub use sequential::SequentialTrials;
pub use strength_spread::StrengthSpread;
pub use strengths::{Strengths, strengths, strengths_at};
pub use student::student_quantile;
pub use tables::exact_rates;
