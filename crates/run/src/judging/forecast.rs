//! The forecast of a session of judging: what it would ask, and what that would cost.

use pelicycle_judge::question;

use super::{ModelJudge, PairShowing};

/// Tokens that a picture takes, about; services count from 300 to 1,100.
const PICTURE: u64 = 800;
/// Tokens of a reply without reasoning, about.
const REPLY: u64 = 300;

/// The requests that a judging session would send, and their cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgingForecast {
    /// Pairs that would be shown, or single drawings.
    pub pairs: u64,
    /// Requests that would be sent.
    pub requests: u64,
    /// Tokens of a request, about.
    pub input: u64,
    /// Tokens of a reply, about.
    pub output: u64,
    /// US dollars that a request costs, about; absent is unknown.
    pub each: Option<f64>,
}

impl JudgingForecast {
    /// Forecasts these showings to a judge. Nothing is asked.
    pub fn new(judge: &ModelJudge, showings: impl Iterator<Item = PairShowing>) -> JudgingForecast {
        let (mut pairs, mut requests) = (0, 0);
        for showing in showings {
            pairs += 1;
            requests += u64::from(showing.this_way + showing.other_way);
        }
        JudgingForecast::of_requests(judge, pairs, requests, question("").len() as u64, 2)
    }

    /// So many requests, each with a question of so many bytes and so many pictures.
    pub(super) fn of_requests(
        judge: &ModelJudge,
        pairs: u64,
        requests: u64,
        question: u64,
        pictures: u64,
    ) -> JudgingForecast {
        let input = question / 3 + pictures * PICTURE;
        let each = judge.tariff.forecast(input, REPLY, false);
        JudgingForecast { pairs, requests, input, output: REPLY, each }
    }
}
