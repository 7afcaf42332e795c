//! The effect of looks, in words: a sentence first, a row a contestant, and what it would take to know more.

use pelicycle_judge::SidePreference;
use pelicycle_text::{
    count, dollars, escape_markdown_sentence as escape, markdown_table, plural, seconds, shell_quoted, table,
    with_head, wrapped,
};

use super::{ComparisonVerdict, LooksReport, LooksSummary, PriceChange};
use crate::sentence::{evidence, needed, share_with_bounds};

/// The widest paragraph, in columns.
const WIDTH: usize = 80;
const HEAD: [&str; 6] = ["", "looks help?", "last one preferred", "drawn", "tokens", "cost, time"];

/// The report in one sentence: whether looks help, how sure that is, and their price.
pub(super) fn sentence(report: &LooksReport) -> String {
    let preferred = &report.all.preferred;
    let price = price(&report.all).map(|price| format!(" {price}")).unwrap_or_default();
    let Some(view) = preferred.views.first() else {
        let why = match (preferred.most_independent, preferred.needed_at_all) {
            (0, _) => "there is no drawing after a look to hold against the one before".to_owned(),
            (_, Some(needed)) => format!(
                "nobody has judged drawings before and after; about {needed} judgements settle it if nine of ten go one way"
            ),
            (pairs, None) if pairs < SidePreference::FEWEST => format!(
                "nobody has judged drawings before and after, and {} too few to settle it, which takes {}",
                if pairs == 1 {
                    "1 pair is".to_owned()
                } else {
                    format!("{} are", plural(pairs as u64, "pair"))
                },
                SidePreference::FEWEST
            ),
            (_, None) => format!(
                "nobody has judged drawings before and after; {} judgements settle it if all go one way",
                SidePreference::FEWEST
            ),
        };
        return format!("Can't tell whether looks help: {why}.{price}");
    };
    let why = evidence(view, "the last drawing to the first");
    match view.verdict {
        ComparisonVerdict::Better => format!("Looks help: {why}.{price}"),
        ComparisonVerdict::Worse => format!("Looks make drawings worse: {why}.{price}"),
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => {
            format!("Can't tell yet whether looks help: {why}. {}{price}", needed(view))
        }
    }
}

/// The price of all in a sentence; none where nothing is known.
fn price(all: &LooksSummary) -> Option<String> {
    let told = |price: &Option<PriceChange>, what: &str| {
        Some(format!("{} the {what}", times(price.as_ref()?.times()?)))
    };
    let parts: Vec<String> =
        [told(&all.tokens, "tokens"), told(&all.cost, "cost"), told(&all.seconds, "time")]
            .into_iter()
            .flatten()
            .collect();
    let (last, others) = parts.split_last()?;
    let parts = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    Some(format!("With looks a drawing takes {parts}."))
}

/// `2.4 times`.
fn times(ratio: f64) -> String {
    format!("{} times", short(ratio))
}

fn short(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}") } else { count(ratio.round() as u64) }
}

/// The verdict on a row: by judgements, and by nothing else.
fn verdict(row: &LooksSummary) -> &'static str {
    match row.preferred.verdict {
        ComparisonVerdict::Better => "yes",
        ComparisonVerdict::Worse => "no, worse",
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => "can't tell",
    }
}

fn row(row: &LooksSummary) -> [String; 6] {
    let preferred = match row.preferred.views.first() {
        Some(view) => format!("{} of {}", share_with_bounds(view), count(view.judgements as u64)),
        None => "not judged".to_owned(),
    };
    let drawn = &row.drawn;
    let told = match drawn.verdict {
        ComparisonVerdict::Better => ", more",
        ComparisonVerdict::Worse => ", fewer",
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => "",
    };
    let ratio = |price: &Option<PriceChange>| {
        price.as_ref().and_then(PriceChange::times).map(|ratio| format!("×{}", short(ratio)))
    };
    let more = row.cost.as_ref().map(|cost| format!(" (+{})", dollars(cost.with_looks - cost.first)));
    let cost = ratio(&row.cost).map(|ratio| format!("{ratio}{}", more.unwrap_or_default()));
    let time = row.seconds.as_ref().map(|time| {
        let more = format!("+{}", seconds(time.with_looks - time.first));
        ratio(&row.seconds).map_or(more.clone(), |ratio| format!("{ratio} ({more})"))
    });
    let both: Vec<String> = [cost, time].into_iter().flatten().collect();
    [
        row.label.clone(),
        verdict(row).to_owned(),
        preferred,
        format!("{} → {} of {}{told}", drawn.before, drawn.after, drawn.of),
        ratio(&row.tokens).unwrap_or_else(|| "unknown".to_owned()),
        if both.is_empty() { "unknown".to_owned() } else { both.join(", ") },
    ]
}

/// A row a contestant, all together first where there are several.
fn rows(report: &LooksReport) -> Vec<[String; 6]> {
    let all = (report.contestants.len() > 1).then_some(&report.all);
    all.into_iter().chain(&report.contestants).map(row).collect()
}

/// The number of these attempts, and what they were asked with.
fn scope(report: &LooksReport) -> String {
    let all = &report.all;
    let most = report.bounds.iter().map(u32::to_string).collect::<Vec<_>>().join(" or ");
    let texts = report.texts.iter().cloned().collect::<Vec<_>>().join(" and ");
    let several = if report.texts.len() > 1 { "s" } else { "" };
    format!(
        "{} with {}, at most {most} each, asked by text{several} {texts}; {} left as {}",
        plural(all.attempts as u64, "first attempt"),
        plural(all.looks as u64, "look"),
        count(all.unchanged as u64),
        if all.unchanged == 1 { "it was" } else { "they were" }
    )
}

/// Remarks on what is not counted and how the rest is, a line each.
fn remarks(report: &LooksReport) -> Vec<String> {
    let mut remarks = Vec::new();
    if report.all.failed > 0 {
        let failed = plural(report.all.failed as u64, "first attempt");
        remarks.push(format!("Left aside: {failed} for whose looks all requests failed."));
    }
    if report.all.cut_off > 0 {
        let cut_off = plural(report.all.cut_off as u64, "first attempt");
        remarks.push(format!("Left aside: {cut_off} whose model was done with an attempt that is not here."));
    }
    if report.without > 0 {
        let without = plural(report.without as u64, "first attempt");
        remarks.push(format!("Left aside: {without} of these contestants without looks."));
    }
    if report.orphans > 0 {
        let orphans = plural(report.orphans as u64, "look");
        remarks.push(format!("Left aside: {orphans} whose first attempt is not here."));
    }
    if report.texts.len() > 1 || report.bounds.len() > 1 {
        remarks.push(
            "Looks of several kinds are mixed here; -p and names of contestants tell them apart.".to_owned(),
        );
    }
    remarks.push(
        "Only judgements of a first drawing beside its own last one decide. How many drew is told beside them; tokens are \
         of prompts and replies; prices are means of a first attempt with all its looks, against without."
            .to_owned(),
    );
    remarks
}

fn rule(report: &LooksReport) -> String {
    let percent = report.alpha * 100.0;
    let each = match report.contestants.len() {
        0 | 1 => String::new(),
        rows => format!(" each of {rows} rows by itself, so that by chance one in twenty may seem told;"),
    };
    format!(
        "Preferred at {percent:.0} % false alarms however often one looks,{each} \"more\" and \"fewer\" drawn at {percent:.0} % over all \
         contestants together (McNemar's exact test, Holm)."
    )
}

/// The commands that collect judgements, where it is not settled and there is something to judge.
fn commands(report: &LooksReport) -> Vec<String> {
    let settled = |row: &LooksSummary| {
        matches!(row.preferred.verdict, ComparisonVerdict::Better | ComparisonVerdict::Worse)
            || row.preferred.most_independent == 0
    };
    if settled(&report.all) && report.contestants.iter().all(settled) {
        return Vec::new();
    }
    let words: String = report.narrowing.iter().map(|word| format!(" {}", shell_quoted(word))).collect();
    // One whose own row is open goes on alone where all together are settled.
    let alone = match (settled(&report.all), report.contestants.iter().find(|row| !settled(row))) {
        (true, Some(row)) if report.contestants.len() > 1 && report.narrowing.is_empty() => row
            .contestant
            .as_ref()
            .map(|slug| format!(" --contestant {}", shell_quoted(slug)))
            .unwrap_or_default(),
        _ => String::new(),
    };
    vec![
        format!("pelicycle vote --looks{alone}{words}"),
        format!("pelicycle judge -m PROVIDER/MODEL --looks{alone}{words}"),
    ]
}

const JUDGE: &str = "Judge first drawings beside their last ones, blind:";

/// The report as lines, its paragraphs for so many columns, 80 at most; names may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &LooksReport, columns: usize) -> Vec<String> {
    let width = WIDTH.min(columns);
    let mut lines = vec![report.sentence.clone()];
    let commands = commands(report);
    if !commands.is_empty() {
        lines.push(JUDGE.to_owned());
        lines.extend(commands.iter().map(|command| format!("  {command}")));
    }
    lines.push(String::new());
    lines.extend(wrapped(&format!("{}.", scope(report)), width, 0));
    lines.push(String::new());
    lines.extend(table(&with_head(HEAD, rows(report))));
    lines.push(String::new());
    lines.extend(remarks(report).into_iter().chain([rule(report)]).flat_map(|line| wrapped(&line, width, 0)));
    lines
}

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &LooksReport) -> String {
    let mut out = format!("### {}\n\n", escape(&report.sentence));
    let commands = commands(report);
    if !commands.is_empty() {
        out.push_str(&format!("{JUDGE}\n\n"));
        commands.iter().for_each(|command| out.push_str(&format!("- {}\n", crate::markdown::code(command))));
        out.push('\n');
    }
    out.push_str(&format!("{}.\n\n", escape(&scope(report))));
    out.push_str(&markdown_table(&with_head(HEAD, rows(report))));
    out.push('\n');
    remarks(report).iter().for_each(|line| out.push_str(&format!("{}\n", escape(line))));
    out.push_str(&format!("\n<sub>{}</sub>\n", rule(report)));
    out
}
