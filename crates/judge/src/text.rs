//! Rankings for a terminal.

use pelicycle_text::{table, with_head};

use super::report::{ContestantStanding, JudgeReport, JudgedRanking, RankingReport};
use super::words;

/// Columns of a bar.
const BAR: std::ops::RangeInclusive<usize> = 11..=31;

/// A name stands beside its figures where there is room for so many columns of it.
const NAME: usize = 20;

/// Rankings as lines, for a terminal of so many columns; a name may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &RankingReport, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for ranked in &report.rankings {
        lines.extend(wrapped(&words::by(ranked), columns));
        lines.push(String::new());
        lines.extend(board(ranked, columns));
        lines.push(String::new());
    }
    if !report.judges.is_empty() {
        lines.push("Those who judged".to_owned());
        lines.push(String::new());
        lines.extend(judges(&report.judges, columns));
        lines.push(String::new());
    }
    let remarks = words::advice(report).into_iter().chain(words::remarks(report));
    for line in remarks.chain([words::RULE.to_owned()]) {
        lines.extend(wrapped(&line, columns));
    }
    lines
}

/// Everybody, a line each, or two where a name leaves no room for the bar.
fn board(ranked: &JudgedRanking, columns: usize) -> Vec<String> {
    let row = |placed: &ContestantStanding| {
        [
            words::places(placed),
            placed.label.clone(),
            words::strength(placed),
            words::votes(placed),
            placed.drawings.to_string(),
            words::share_won(placed),
        ]
    };
    let standings = ranked.standings();
    let rows =
        with_head(["place", "contestant", "strength", "votes", "drawings", "won"], standings.iter().map(row));
    let widths: [usize; 6] =
        std::array::from_fn(|cell| rows.iter().map(|row| row[cell].chars().count()).max().unwrap_or(0));
    let [place, name, figures @ ..] = widths;
    // Two spaces stand between cells; the bar is one more of them.
    let taken = figures.iter().map(|width| width + 2).sum::<usize>() + place + 2;
    let room = columns.saturating_sub(taken);
    let beside = room.saturating_sub(2 + BAR.start());
    let name = if beside < name.min(NAME) { 0 } else { name.min(beside) };
    let bar = room.saturating_sub(if name > 0 { name + 2 } else { 0 }).clamp(*BAR.start(), *BAR.end());
    let mut lines = Vec::new();
    for (index, [placed, label, strength, votes, drawings, won]) in rows.iter().enumerate() {
        let drawn = match index.checked_sub(1) {
            None => format!("{:<1$}", "0 %", bar - "100 %".len()) + "100 %",
            Some(index) => interval(&standings[index], bar),
        };
        // A mark after a number does not move it.
        let votes = if index == 0 || votes.ends_with('*') { votes.clone() } else { format!("{votes} ") };
        let [s, v, d, w] = figures;
        let figures = format!("{strength:>s$}  {drawn}  {votes:>v$}  {drawings:>d$}  {won:>w$}");
        let gap = if name > 0 { 2 } else { 0 };
        if label.chars().count() <= name {
            lines.push(format!("{placed:>place$}  {label:name$}  {figures}"));
        } else {
            lines.push(format!("{placed:>place$}  {label}"));
            lines.push(format!("{:place$}  {:name$}{:gap$}{figures}", "", "", ""));
        }
    }
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines.push(String::new());
    lines.extend(words::few(ranked).iter().flat_map(|few| wrapped(few, columns)));
    lines
}

/// An interval and its middle, between 0 and 100 %; a dotted line stands at one half.
fn interval(placed: &ContestantStanding, cells: usize) -> String {
    let at = |share: f64| ((share * cells as f64) as usize).min(cells - 1);
    let (low, middle, high) = (at(placed.low), at(placed.chance), at(placed.high));
    let cell = |index: usize| match index {
        index if index == middle => '●',
        index if (low..=high).contains(&index) => '─',
        index if index == cells / 2 => '┊',
        _ => ' ',
    };
    (0..cells).map(cell).collect()
}

/// Those who judged, a line each, or a line for each figure where that is too wide.
fn judges(judges: &[JudgeReport], columns: usize) -> Vec<String> {
    let rows =
        with_head(words::JUDGE_HEAD, judges.iter().map(|judge| words::judge(judge, judge.name.clone())));
    let lines = table(&rows);
    if lines.iter().all(|line| line.chars().count() <= columns) {
        return lines;
    }
    let head = &rows[0];
    let figures = |row: &[String; 7]| {
        let cells = (1..row.len()).map(|cell| [format!("  {}", head[cell]), row[cell].clone()]);
        [vec![row[0].clone()], table(&cells.collect::<Vec<_>>())].concat()
    };
    rows[1..].iter().flat_map(figures).collect()
}

/// A line as several, each at most so many columns wide where its words allow.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= columns => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
