//! A contact sheet: a prompt's contestants in their places.

use pelicycle_record::Attempt;
use pelicycle_text as text;

use super::card::Card;
use super::hall::{Section, ShownAttempt};
use super::{lineage, timeline};

/// One contestant on a sheet.
#[derive(Debug)]
pub(crate) struct SheetPlace<'a> {
    /// The attempt that stands for it.
    pub(crate) attempt: &'a Attempt,
    pub(crate) label: String,
    /// Provider, or date.
    pub(crate) note: String,
    pub(crate) verdict: &'static str,
    /// How often it drew, in words.
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

/// The newest first, or by families and dates. A family of one has no years to show and is left out.
pub(crate) fn places<'a>(section: &Section<'a>, by_family: bool) -> SheetPlaces<'a> {
    if !by_family {
        let cards = section.cases.iter().map(|case| SheetPlace::new(case.lead(), case.drawn(), None, false));
        return SheetPlaces { cards: cards.collect(), families: None };
    }
    let strips = timeline::strips(section);
    let longest = strips.values().map(Vec::len).max();
    let cards = strips.values().flat_map(|cases| {
        cases.iter().enumerate().map(|(index, case)| {
            SheetPlace::new(case.lead(), case.drawn(), Some(text::day(lineage::dated(case))), index == 0)
        })
    });
    SheetPlaces { cards: cards.collect(), families: longest }
}

impl<'a> SheetPlace<'a> {
    fn new(
        lead: ShownAttempt<'a>,
        drawn: pelicycle_statistics::Rate,
        day: Option<String>,
        begins_row: bool,
    ) -> Self {
        let card = Card::new(lead);
        let contestant = &lead.attempt.contestant;
        let demonstration = if contestant.demonstration { "demonstration · " } else { "" };
        Self {
            attempt: lead.attempt,
            label: text::label(&contestant.label),
            note: format!("{demonstration}{}", day.unwrap_or_else(|| text::label(&contestant.provider))),
            verdict: card.verdict,
            caption: format!("{} of {} drawn", text::count(drawn.hits), text::count(drawn.of)),
            begins_row,
        }
    }
}
