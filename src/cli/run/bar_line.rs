//! One contestant's line on a terminal: what came, how fast, and how long the rest may take.

use std::time::{Duration, Instant};

use pelicycle_run::PlanCell;

/// Columns that a model's name keeps, however narrow the terminal.
const LABEL: usize = 12;

/// One contestant's line.
#[derive(Debug)]
pub(super) struct BarLine {
    pub(super) label: String,
    /// Columns of the longest label, so that what follows stands in columns.
    widest: usize,
    done: u64,
    total: u64,
    looks: LookCount,
    tokens: u64,
    bytes: u64,
    first_token: Option<Instant>,
    last: Option<String>,
    /// Tokens of the model's replies that are over, this run's and earlier ones.
    pub(super) lengths: Vec<u64>,
    /// The samples under way, and the tokens that came of each.
    under_way: Vec<(PlanCell, u64)>,
}

/// The looks of one contestant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LookCount {
    /// The most after a first attempt.
    pub(super) bound: u32,
    pub(super) done: u64,
    /// The largest number that they may come to, as far as is known now.
    pub(super) most: u64,
}

impl BarLine {
    pub(super) fn new(label: String, widest: usize, total: u64, looks: LookCount) -> BarLine {
        BarLine {
            label,
            widest,
            done: 0,
            total,
            looks,
            tokens: 0,
            bytes: 0,
            first_token: None,
            last: None,
            lengths: Vec::new(),
            under_way: Vec::new(),
        }
    }

    /// More of a reply came.
    pub(super) fn more(&mut self, cell: PlanCell, tokens: u64, bytes: u64) {
        self.first_token.get_or_insert_with(Instant::now);
        self.tokens += tokens;
        self.bytes += bytes;
        match self.under_way.iter_mut().find(|(known, _)| *known == cell) {
            Some((_, came)) => *came += tokens,
            None => self.under_way.push((cell, tokens)),
        }
    }

    /// Counts a sample or a look that is over, which so many looks may follow.
    pub(super) fn finish(&mut self, cell: PlanCell, tokens: Option<u64>, looks_left: u32, last: String) {
        match cell.look {
            0 => self.done += 1,
            _ => self.looks.done += 1,
        }
        let hoped = self.looks.bound.saturating_sub(cell.look);
        self.looks.most = self.looks.most.saturating_sub(hoped.saturating_sub(looks_left).into());
        self.last = Some(last);
        self.lengths.extend(tokens);
        self.under_way.retain(|(known, _)| *known != cell);
    }

    /// The tokens that a reply is likely to have: the median of those that are over.
    fn likely(&self) -> Option<u64> {
        let mut sorted = self.lengths.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().filter(|tokens| *tokens > 0)
    }

    /// The samples that are over, with what has come of those under way, as far as their length can be guessed.
    fn progress(&self) -> f64 {
        // A reply that is longer than others is nearly over, never over.
        let part = |likely: u64, came: u64| (came as f64 / likely as f64).min(0.95);
        let parts =
            self.likely().map(|likely| self.under_way.iter().map(|(_, came)| part(likely, *came)).sum());
        (self.done + self.looks.done) as f64 + parts.unwrap_or(0.0)
    }

    /// All replies that may come.
    fn all(&self) -> u64 {
        self.total + self.looks.most
    }

    /// The time that the rest is likely to take, at the speed until now.
    fn left(&self) -> Option<Duration> {
        let seconds = self.first_token?.elapsed().as_secs_f64();
        let likely = self.likely()?;
        if self.tokens == 0 || seconds < 2.0 || self.done + self.looks.done >= self.all() {
            return None;
        }
        let rest = (self.all() as f64 - self.progress()).max(0.0) * likely as f64;
        Duration::try_from_secs_f64(rest * seconds / self.tokens as f64).ok()
    }

    /// The line as it stands after `elapsed`, in at most `columns`.
    pub(super) fn text(&self, elapsed: Duration, columns: usize) -> String {
        let speed = match self.first_token.map(|first| first.elapsed().as_secs_f64()) {
            Some(seconds) if seconds >= 0.5 => format!("{:.1}", self.tokens as f64 / seconds),
            _ => "-".to_owned(),
        };
        // A service tells its count of tokens only at the end of a reply.
        let come = match (self.tokens, self.bytes) {
            (0, bytes @ 1..) => format!("{:.1} kB", bytes as f64 / 1000.0),
            (tokens, _) => format!("{tokens} tokens"),
        };
        let speed =
            if self.tokens == 0 && self.bytes > 0 { String::new() } else { format!("  {speed} tokens/s") };
        let left = self.left().map(|left| format!(", {} left", clock(left))).unwrap_or_default();
        let looks = match (self.looks.done, self.looks.most) {
            (0, 0) => String::new(),
            (done, most) => format!(", looks {done}/{most}"),
        };
        let facts = |speed: &str| {
            format!("{}/{}{looks}  {come}{speed}  {}{left}", self.done, self.total, clock(elapsed))
        };
        let cells = if columns >= 110 { 16 } else { 8 };
        let label = self.widest.min(LABEL);
        let fits = |facts: &String| label + cells + 2 + facts.chars().count() <= columns;
        // How long it may take is asked more often than how fast it is.
        let facts = Some(facts(&speed)).filter(fits).unwrap_or_else(|| facts(""));
        let filled = match self.all() {
            0 => cells,
            // The cast saturates.
            total => ((self.progress() / total as f64 * cells as f64) as usize).min(cells),
        };
        let bar = "━".repeat(filled) + &"─".repeat(cells - filled);
        let taken = facts.chars().count() + cells + 2;
        let last = self.last.as_ref().map(|last| format!("last: {last}")).unwrap_or_default();
        // The name gives way first, then what came last.
        let wanted = if last.is_empty() { 0 } else { last.chars().count() + 2 };
        let label = self.widest.min(columns.saturating_sub(taken + wanted).max(LABEL));
        let mut line = format!("{:label$} {bar} {facts}", shortened(&self.label, label));
        let room = columns.saturating_sub(line.chars().count() + 2);
        if !last.is_empty() && room > 8 {
            line.push_str("  ");
            line.push_str(&shortened(&last, room));
        }
        shortened(&line, columns)
    }
}

/// Minutes and seconds, hours when there are some.
fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A text in at most `columns`, with a mark where it was cut.
fn shortened(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    text.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_its_columns_and_keeps_the_numbers() {
        let line = BarLine {
            label: "SmolLM2-135M-Instruct.Q4_1".to_owned(),
            widest: 26,
            done: 2,
            total: 4,
            looks: LookCount::default(),
            tokens: 1234,
            bytes: 5000,
            first_token: None,
            last: Some("no-svg (ended by the bound on tokens)".to_owned()),
            lengths: Vec::new(),
            under_way: Vec::new(),
        };
        for columns in [20, 60, 76, 100, 136, 300] {
            let text = line.text(Duration::from_secs(75), columns);
            assert!(text.chars().count() <= columns, "{columns}: {text}");
            assert!(columns < 60 || text.contains("2/4  1234 tokens  - tokens/s  1:15"), "{columns}: {text}");
        }
        let narrow = line.text(Duration::from_secs(75), 76);
        assert_eq!(narrow, "SmolLM2-135… ━━━━──── 2/4  1234 tokens  - tokens/s  1:15  last: no-svg (end…");
        let wide = line.text(Duration::from_secs(3675), 136);
        assert!(wide.starts_with("SmolLM2-135M-Instruct.Q4_1 ━━━━━━━━────────"), "{wide}");
        assert!(wide.ends_with("1:01:15  last: no-svg (ended by the bound on tokens)"), "{wide}");
    }

    #[test]
    fn several_samples_at_once_move_the_bar_and_what_is_left_is_estimated() {
        let cell = |sample| PlanCell { prompt: 0, contestant: 0, sample, look: 0, seed: 0 };
        let mut line = BarLine::new("m".to_owned(), 1, 4, LookCount::default());
        for sample in 1..=4 {
            line.more(cell(sample), 500, 2000);
        }
        line.first_token = Instant::now().checked_sub(Duration::from_secs(20));
        assert!(line.text(Duration::ZERO, 136).starts_with("m ────────────────"), "no length is known");
        assert_eq!(line.left(), None);
        line.lengths = vec![900, 1000, 9000];
        let text = line.text(Duration::from_secs(20), 136);
        assert!(text.contains("━━━━━━━━────────") && text.contains("0/4  2000 tokens"), "{text}");
        assert!(text.contains("0:20, 0:20 left") || text.contains("0:20, 0:19 left"), "{text}");
        let narrow = line.text(Duration::from_secs(20), 44);
        assert!(narrow.contains("2000 tokens  0:20, 0:") && narrow.ends_with(" left"), "{narrow}");
        line.more(cell(1), 5000, 0);
        assert!(line.progress() < 3.0, "a long reply counts for one");
        line.finish(cell(1), Some(5500), 0, "drawn".to_owned());
        assert!(line.progress() > 1.0 && line.text(Duration::ZERO, 136).contains("1/4"));
    }

    #[test]
    fn looks_stand_apart_and_those_that_will_not_come_are_not_waited_for() {
        let cell = |sample, look| PlanCell { prompt: 0, contestant: 0, sample, look, seed: 0 };
        let mut line = BarLine::new("m".to_owned(), 1, 2, LookCount { bound: 3, done: 0, most: 6 });
        line.finish(cell(1, 0), Some(9), 3, "drawn".to_owned());
        line.finish(cell(2, 0), Some(9), 0, "no-svg".to_owned());
        assert!(line.text(Duration::ZERO, 136).contains("2/2, looks 0/3  "));
        line.finish(cell(1, 1), Some(9), 2, "drawn".to_owned());
        line.finish(cell(1, 2), Some(1), 0, "says that it is done".to_owned());
        let text = line.text(Duration::ZERO, 136);
        assert!(text.contains("2/2, looks 2/2  ") && text.contains("━━━━━━━━━━━━━━━━ "), "{text}");
    }
}
