//! The reasons why requests of a run failed, or replies could not be checked.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most reasons that are kept of one contestant, and the most that are told: services write each request's own number into
/// theirs.
const KEPT: usize = 64;
const TOLD: usize = 3;

/// By contestant, the reasons and how often each was met.
#[derive(Debug, Default)]
pub(super) struct FailureReasons(BTreeMap<usize, OwnReasons>);

#[derive(Debug, Default)]
struct OwnReasons {
    often: BTreeMap<String, u64>,
    /// How often others were met, which are not kept.
    others: u64,
}

impl FailureReasons {
    pub(super) fn count(&mut self, contestant: usize, why: String) {
        let own = self.0.entry(contestant).or_default();
        if own.often.len() < KEPT || own.often.contains_key(&why) {
            *own.often.entry(why).or_default() += 1;
        } else {
            own.others += 1;
        }
    }

    /// A line for each reason of a contestant, the most frequent first, and one with the number of all others.
    pub(super) fn lines(&self, contestant: usize, label: &str) -> Vec<String> {
        let Some(own) = self.0.get(&contestant) else { return Vec::new() };
        let mut often: Vec<(&str, u64)> =
            own.often.iter().map(|(why, often)| (why.as_str(), *often)).collect();
        often.sort_by_key(|(_, often)| Reverse(*often));
        let untold: u64 = often.iter().skip(TOLD).map(|(_, often)| often).sum();
        let times = |often: u64| if often > 1 { format!(" ({often} times)") } else { String::new() };
        let told = often.iter().take(TOLD).map(|(why, often)| format!("{label} {why}{}", times(*often)));
        let mut lines: Vec<String> = told.collect();
        match untold + own.others {
            0 => {}
            1 => lines.push(format!("{label}: once more, for another reason")),
            more => lines.push(format!("{label}: {more} times more, for other reasons")),
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_one_contestant_leave_those_of_others_their_place_and_all_are_counted() {
        let mut reasons = FailureReasons::default();
        for request in 0..100 {
            reasons.count(0, format!("failed: HTTP 500 (req_{request:03})"));
        }
        for why in ["failed: busy", "failed: busy", "cut: broken"] {
            reasons.count(1, why.to_owned());
        }
        for why in ["a", "b", "c", "d"] {
            reasons.count(2, format!("failed: {why}"));
        }
        let expected = [
            "one failed: HTTP 500 (req_000)",
            "one failed: HTTP 500 (req_001)",
            "one failed: HTTP 500 (req_002)",
            "one: 97 times more, for other reasons",
        ];
        assert_eq!(reasons.lines(0, "one"), expected);
        assert_eq!(reasons.lines(1, "two"), ["two failed: busy (2 times)", "two cut: broken"]);
        assert_eq!(reasons.lines(2, "three")[3..], ["three: once more, for another reason"]);
        assert_eq!(reasons.lines(3, "four"), [""; 0]);
    }
}
