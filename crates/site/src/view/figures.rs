//! Figures of some attempts in words: what was drawn, and with what time, tokens and speed, at the median.

use pelicycle_record::Attempt;
use pelicycle_statistics::{Interval, Rate, median};
use pelicycle_text::{self as text, dollars};
use serde::Serialize;

use super::hall;

/// A name and its value.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Names and values, without those that are unknown.
pub(super) fn facts<const N: usize>(facts: [(&'static str, Option<String>); N]) -> Vec<Fact> {
    let known = facts.into_iter().filter_map(|(name, value)| value.map(|value| Fact { name, value }));
    known.collect()
}

/// Figures over attempts.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// `5 of 6`.
    pub(super) drawn: String,
    /// `83 %, likely 44 to 97 %`; absent without attempts that count.
    pub(super) rate: Option<String>,
    pub(super) tokens: Option<String>,
    pub(super) time: Option<String>,
    pub(super) speed: Option<String>,
    pub(super) price: Option<String>,
    #[serde(skip)]
    pub(super) numbers: SortFigures,
}

/// Figures as numbers, to sort by.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct SortFigures {
    pub(super) speed: Option<f64>,
    pub(super) price: Option<f64>,
    /// Seconds.
    pub(super) time: Option<f64>,
    pub(super) tokens: Option<f64>,
}

impl Figures {
    pub(super) fn of<'a>(attempts: &(impl Iterator<Item = &'a Attempt> + Clone)) -> Self {
        let rate = hall::drawn(attempts.clone());
        let middle = |read: fn(&Attempt) -> Option<f64>| median(attempts.clone().filter_map(read));
        let answered = |attempt: &Attempt| attempt.reply.is_some();
        let time =
            median(attempts.clone().filter(|a| answered(a)).filter_map(|attempt| attempt.timing.total));
        let speed = middle(|attempt| attempt.speed());
        let price = middle(price);
        let tokens = middle(|attempt| attempt.usage.output.map(|tokens| tokens as f64));
        Self {
            drawn: format!("{} of {}", text::count(rate.hits), text::count(rate.of)),
            rate: rate_in_words(rate),
            tokens: tokens.map(|tokens| text::count(tokens.round() as u64)),
            time: time.map(text::seconds),
            speed: speed.map(speed_in_words),
            price: price.map(dollars),
            numbers: SortFigures { speed, price, time, tokens },
        }
    }
}

/// The cost of an attempt, in US dollars, where that is known.
pub(super) fn price(attempt: &Attempt) -> Option<f64> {
    attempt.cost.as_ref().map(|cost| cost.usd)
}

pub(super) fn speed_in_words(speed: f64) -> String {
    format!("{} tokens/s", text::decimal((speed * 10.0).round() / 10.0))
}

/// `83 %, likely 44 to 97 %`.
pub(super) fn rate_in_words(rate: Rate) -> Option<String> {
    let (share, Interval { low, high }) = (rate.share()?, rate.interval()?);
    Some(format!("{} %, likely {} to {} %", percent(share), percent(low), percent(high)))
}

/// `+15 points, likely −14 to +29`.
pub(super) fn difference_in_words((points, Interval { low, high }): (f64, Interval)) -> String {
    format!("{} points, likely {} to {}", signed(points), signed(low), signed(high))
}

fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

fn signed(share: f64) -> String {
    let points = (share * 100.0).round();
    if points < 0.0 {
        format!("−{:.0}", -points)
    } else if points > 0.0 {
        format!("+{points:.0}")
    } else {
        "0".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_differences_are_told_with_their_uncertainty() {
        let rate = |hits, of| Rate { hits, of };
        assert_eq!(rate_in_words(rate(5, 6)).unwrap(), "83 %, likely 44 to 97 %");
        assert_eq!(rate_in_words(rate(0, 0)), None);
        let difference = rate(3, 10).less(rate(9, 10)).unwrap();
        assert_eq!(difference_in_words(difference), "−60 points, likely −81 to −17");
    }
}
