//! Rates, scores and their differences, honest for small samples. What is counted is not known here.
//!
//! The normal approximation and the plain bootstrap promise too much of a few attempts: tests are exact or permutations
//! where there are few numbers, and an interval holds just those values that its test does not reject. Every figure is
//! held against SciPy's and statsmodels' on the same numbers (`scripts/statistics-figures`).

mod agreement;
mod blocks;
mod centre;
mod change;
mod correction;
mod davidson;
mod normal;
mod power;
mod random;
mod rank;
mod rate;
mod student;
mod tables;

pub use agreement::kappa;
pub use blocks::{Block, BlockTest, block_test};
pub use centre::{mean, median};
pub use change::{Change, changes};
pub use correction::holm;
pub use davidson::{Choice, Strengths, davidson};
pub use normal::{quantile, upper_tail};
pub use power::{Reach, detectable_rate, detectable_score, growth, rate_gap};
pub use random::Random;
pub use rank::{RankTest, Shift, rank_test, shift};
pub use rate::{Interval, Rate, mean_difference};
pub use student::student_quantile;
pub use tables::exact_rates;
