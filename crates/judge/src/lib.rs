//! Judgement: which drawings people and models find better, and how sure that is.
//!
//! A [`Competition`] is what can be judged: drawings by prompt and contestant. [`PairChooser`] finds the pair whose comparison
//! tells most, [`Votes`] are the answers, [`rank`] makes an order of them and `reliability` says how far those who judged
//! can be trusted; [`report`] puts it all together. Contestants are ranked, by judgements of single drawings of a prompt, so
//! how sure a ranking is depends on how many drawings there are as much as on how many judgements; "can't separate these"
//! is an answer.
//!
//! [`calibration_set`] are pairs of which it is known which is better, and [`calibration()`] says what a judge made of them.
//!
//! [`SidePreference`] says of two sides instead which draws better, by judgements between them alone; [`CrossPairChooser`]
//! finds the pairs for it.
//!
//! It knows no store, no picture, no page and no way to ask a model: [`question`] and [`read_reply`] are text alone.
//!
//! Start reading at `competition.rs`, `votes.rs` and `ranking.rs`.

mod attempt_filter;
mod calibration;
mod competition;
mod cross_pairs;
mod drawing_pair;
mod markdown;
mod pair_chooser;
mod question;
mod ranking;
mod rate_with_interval;
mod reliability;
mod report;
mod rubric_agreement;
mod rubric_question;
mod settling;
mod side_preference;
mod text;
mod votes;
pub mod words;

pub use attempt_filter::AttemptFilter;
pub use calibration::{
    CALIBRATION_PROMPT, CALIBRATION_SET, CalibrationPair, CalibrationReport, CalibrationVerdict, JudgeSetup,
    calibration, calibration_counts, calibration_set, question_form,
};
pub use competition::{Competition, Competitor, Drawing};
pub use cross_pairs::{CrossPairChooser, CrossPairs, SideAttempts};
pub use drawing_pair::DrawingPair;
pub use markdown::markdown;
pub use pair_chooser::PairChooser;
pub use question::{JudgeReply, question, read_reply};
pub use ranking::{Ranking, Standing, rank};
pub use rate_with_interval::RateWithInterval;
pub use report::{
    ContestantStanding, GroupStandings, JudgePooling, JudgeReport, JudgedRanking, RankingReport, SEED, report,
};
pub use rubric_agreement::RubricAgreement;
pub use rubric_question::{read_rubric_reply, rubric_question};
pub use side_preference::{SettlingOutlook, SidePreference};
pub use text::text;
pub use votes::{Ballot, Vote, Votes};
