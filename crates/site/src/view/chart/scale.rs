//! The axis across: where a value stands, and which values it names.

use jiff::civil::{Date, date};

/// An axis across.
#[derive(Debug)]
pub(in crate::view) enum AxisScale {
    /// Days, evenly.
    Days { first: Date, last: Date },
    /// Each step is so many times the one before it: the logarithm, evenly.
    Powers { first: f64, last: f64 },
}

impl AxisScale {
    /// From the first day to the last, with some room.
    pub(in crate::view) fn days(first: Date, last: Date) -> Self {
        let room = jiff::Span::new().days(((last - first).get_days() / 25).max(7));
        Self::Days { first: first.saturating_sub(room), last: last.saturating_add(room) }
    }

    /// From a round value below the first to one above the last.
    pub(super) fn powers(first: f64, last: f64) -> Self {
        let steps = || (-9..=15).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
        let below = steps().rfind(|step| *step <= first / 1.02).unwrap_or(first / 2.0);
        let above = steps().find(|step| *step >= last * 1.02).unwrap_or(last * 2.0);
        Self::Powers { first: below, last: above }
    }

    /// The place of a value, from 0 to 1; days count from 1 January 1970.
    pub(in crate::view) fn share(&self, value: f64) -> f64 {
        match self {
            Self::Days { first, last } => {
                (value - number(*first)) / (number(*last) - number(*first)).max(1.0)
            }
            Self::Powers { first, last } => (value / first).ln() / (last / first).ln(),
        }
    }

    /// The place of a day, from 0 to 1.
    pub(in crate::view) fn share_of_day(&self, day: Date) -> f64 {
        self.share(number(day))
    }

    /// The values that the axis names, as many as a chart of this width has room for, each with its words where it has its own.
    pub(in crate::view) fn ticks(&self, width: f64) -> Vec<(f64, Option<String>)> {
        match self {
            Self::Days { first, last } => day_ticks(*first, *last, width)
                .into_iter()
                .map(|(day, words)| (number(day), Some(words)))
                .collect(),
            Self::Powers { first, last } => {
                power_ticks(*first, *last, width).into_iter().map(|value| (value, None)).collect()
            }
        }
    }
}

/// A day as a number: days since 1 January 1970.
fn number(day: Date) -> f64 {
    f64::from((day - date(1970, 1, 1)).get_days())
}

/// Days that the axis names: of each year, half or quarter of it, as many as there is room for.
fn day_ticks(first: Date, last: Date, width: f64) -> Vec<(Date, String)> {
    let months = f64::from((last - first).get_days()) / 30.4;
    let room = (width / 90.0).max(2.0);
    let step =
        [1, 3, 6, 12, 24, 60].into_iter().find(|step| months / f64::from(*step) <= room).unwrap_or(120);
    let mut found = Vec::new();
    for year in first.year()..=last.year() {
        for month in (1..=12i8).step_by(usize::try_from(step.min(12)).unwrap_or(12)) {
            let day = date(year, month, 1);
            if day < first || day > last || (step > 12 && i32::from(year) % (step / 12) != 0) {
                continue;
            }
            let words =
                if month == 1 && step >= 12 { year.to_string() } else { day.strftime("%b %Y").to_string() };
            found.push((day, words));
        }
    }
    found
}

/// Round values of a logarithmic axis: 1, 2 and 5 of each power of ten, or fewer where there is less room.
fn power_ticks(first: f64, last: f64, width: f64) -> Vec<f64> {
    let room = (width / 85.0).max(3.0);
    let within = |digits: &'static [f64]| {
        (-9..=15)
            .flat_map(move |power| digits.iter().map(move |digit| digit * 10f64.powi(power)))
            .filter(|value| (first * 0.999..=last * 1.001).contains(value))
            .collect::<Vec<f64>>()
    };
    let choices: [&'static [f64]; 2] = [&[1.0, 2.0, 5.0], &[1.0]];
    let found = choices.into_iter().map(within).find(|found| found.len() as f64 <= room);
    let found = found.unwrap_or_else(|| {
        let all = within(&[1.0]);
        let step = (all.len() as f64 / room).ceil().max(1.0) as usize;
        all.into_iter().step_by(step).collect()
    });
    // An axis that names one value has no direction.
    if found.len() < 2 { vec![first, last] } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_names_as_many_days_as_it_has_room_for() {
        let of = |first: &str, last: &str, width| {
            let named = day_ticks(first.parse().unwrap(), last.parse().unwrap(), width);
            named.into_iter().map(|(_, words)| words).collect::<Vec<_>>()
        };
        assert_eq!(
            of("2023-02-01", "2026-03-01", 960.0),
            ["Jul 2023", "Jan 2024", "Jul 2024", "Jan 2025", "Jul 2025", "Jan 2026"]
        );
        assert_eq!(of("2023-02-01", "2026-03-01", 380.0), ["2024", "2025", "2026"]);
        assert_eq!(of("2024-11-20", "2025-02-10", 380.0), ["Dec 2024", "Jan 2025", "Feb 2025"]);
    }

    #[test]
    fn a_logarithmic_axis_begins_and_ends_at_round_values_and_names_at_least_two() {
        let of = |first, last, width| {
            let scale = AxisScale::powers(first, last);
            let shares = [first, last].map(|value| scale.share(value));
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
            let named = scale.ticks(width).into_iter().map(|(value, _)| value);
            named.map(|value| (value * 1e9).round() / 1e9).collect::<Vec<_>>()
        };
        assert_eq!(of(3.0, 40.0, 960.0), [2.0, 5.0, 10.0, 20.0, 50.0]);
        assert_eq!(of(0.0004, 0.9, 380.0), [0.001, 0.01, 0.1, 1.0]);
        assert_eq!(of(7.0, 7.1, 380.0), [5.0, 10.0]);
        assert!(of(1e-7, 1e9, 380.0).len() <= 5);
    }
}
