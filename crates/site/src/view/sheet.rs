//! A contact sheet: a prompt's contestants in their places.

use pelicycle_record::Attempt;
use pelicycle_text as text;

use super::card::Card;
use super::hall::{PromptSection, Showcase};
use super::ranking::WallRanks;
use super::{lineage, order, timeline};
use crate::SheetOrder;

/// One contestant on a sheet.
#[derive(Debug)]
pub(crate) struct SheetPlace<'a> {
    /// The attempt that stands for it.
    pub(crate) attempt: &'a Attempt,
    pub(crate) label: String,
    /// The maker and the release date, or the attempt's date.
    pub(crate) note: String,
    pub(crate) verdict: &'static str,
    /// The number of times that it drew, in words.
    pub(crate) caption: String,
    /// Whether it stands at the beginning of a row.
    pub(crate) begins_row: bool,
}

/// All contestants on a sheet, in their order.
#[derive(Debug)]
pub(crate) struct SheetPlaces<'a> {
    pub(crate) cards: Vec<SheetPlace<'a>>,
    /// Contestants of the longest row, where rows are families.
    pub(crate) families: Option<usize>,
}

/// In a given order.
pub(crate) fn places<'a>(
    section: &PromptSection<'a>,
    order: SheetOrder,
    ranks: &WallRanks,
) -> SheetPlaces<'a> {
    let cases = &section.cases;
    let mut ordered: Vec<&Showcase<'a>> = cases.iter().collect();
    match order {
        SheetOrder::House => {}
        SheetOrder::Rank => {
            let placed = order::by_rank(cases, ranks);
            ordered.retain(|case| ranks.of(&case.contestant().slug).is_none());
            ordered.splice(0..0, placed);
        }
        // Within a day the order of the house stays.
        SheetOrder::Oldest => ordered.sort_by_key(|case| (case.contestant().demonstration, order::day(case))),
        SheetOrder::Name => {
            ordered.sort_by_cached_key(|case| text::label(&case.contestant().label).to_lowercase());
        }
    }
    let cards = ordered.into_iter().map(|case| SheetPlace::new(case, None, false));
    SheetPlaces { cards: cards.collect(), families: None }
}

/// By families and dates. A family of one has no years to show and is left out.
pub(crate) fn by_family<'a>(section: &PromptSection<'a>) -> SheetPlaces<'a> {
    let strips = timeline::strips(section);
    let longest = strips.values().map(Vec::len).max();
    let cards = strips.values().flat_map(|cases| {
        cases
            .iter()
            .enumerate()
            .map(|(index, case)| SheetPlace::new(case, Some(text::day(lineage::dated(case))), index == 0))
    });
    SheetPlaces { cards: cards.collect(), families: longest }
}

impl<'a> SheetPlace<'a> {
    fn new(case: &Showcase<'a>, day: Option<String>, begins_row: bool) -> Self {
        let (lead, drawn) = (case.lead(), case.drawn());
        let card = Card::new(lead);
        let made = || {
            let lab = case.origin.lab.as_ref().map(|lab| text::label(&lab.name));
            let released = case.origin.released.map(text::date);
            let known: Vec<String> = lab.into_iter().chain(released).collect();
            if known.is_empty() { "maker and date unknown".to_owned() } else { known.join(" · ") }
        };
        let contestant = &lead.attempt.contestant;
        let note = match contestant.demonstration {
            true => ["demonstration".to_owned()].into_iter().chain(day).collect::<Vec<_>>().join(" · "),
            false => day.unwrap_or_else(made),
        };
        Self {
            attempt: lead.attempt,
            label: text::label(&contestant.label),
            note,
            verdict: card.verdict,
            caption: format!("{} of {} drawn", text::count(drawn.hits), text::count(drawn.of)),
            begins_row,
        }
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_testkit::attempts::attempt;

    use super::*;
    use crate::OwnMakers;
    use crate::view::{AttemptPictures, ShownAttempt, sections};

    #[test]
    fn below_a_name_stands_who_made_the_model_and_below_a_demonstration_that_it_is_one() {
        let pictures = AttemptPictures::default();
        let note = |label: &str, demonstration: bool| {
            let mut record = attempt("pelican", label, "2026-11-22T00:00:00Z", None);
            record.contestant.model = label.to_owned();
            record.contestant.demonstration = demonstration;
            let shown = ShownAttempt { attempt: &record, pictures: &pictures, looks: 0, inputs: None };
            let (makers, ranks) = (OwnMakers::default(), WallRanks::default());
            let sections = sections([shown].into_iter(), &makers, &ranks);
            places(&sections[0], SheetOrder::House, &ranks).cards[0].note.clone()
        };
        assert_eq!(note("gpt-4o", false), "OpenAI · 13 May 2024");
        assert_eq!(note("nobody-knows", false), "maker and date unknown");
        assert_eq!(note("hatchling", true), "demonstration");
    }
}
