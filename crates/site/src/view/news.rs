//! The news: a release that has just come in, beside the model before it and the one that leads.

use pelicycle_compare::{MeasuredDrawings, PairedSides, compare};
use pelicycle_record::Attempt;
use pelicycle_text as text;
use serde::Serialize;

use super::hall::{ModelWorks, PromptSection, Showcase, model_path};
use super::ranking::WallRanks;
use super::{Card, lineage, order};
use crate::GalleryContext;

/// A release leads the page until attempts come that are so many days younger than it.
const DAYS: i32 = 45;

/// A release that has just come in.
#[derive(Debug, Serialize)]
pub(crate) struct ReleaseNews {
    fresh: NewsCard,
    beside: Vec<NewsCard>,
    /// The change beside the model before it, where the two were compared, else the places or the shares drawn.
    sentence: String,
}

#[derive(Debug, Serialize)]
struct NewsCard {
    /// Its role here: `New`, `The model before it`.
    role: &'static str,
    label: String,
    href: String,
    card: Card,
}

impl NewsCard {
    fn new(role: &'static str, case: &Showcase<'_>) -> Self {
        let contestant = case.contestant();
        Self {
            role,
            label: text::label(&contestant.label),
            href: model_path(contestant),
            card: Card::new(case.lead()),
        }
    }
}

impl ReleaseNews {
    /// None where no model is newer than all others, or the newest is no news any more. There is no clock in a gallery:
    /// what is new is told by the newest attempt.
    pub(super) fn new(
        section: &PromptSection<'_>,
        models: &[ModelWorks<'_>],
        ranks: &WallRanks,
        context: GalleryContext<'_>,
    ) -> Option<Self> {
        let contestants = || section.cases.iter().filter(|case| !case.contestant().demonstration);
        let fresh = contestants().next()?;
        let day = order::day(fresh);
        let earlier = || contestants().filter(|case| order::day(case) < day);
        earlier().next()?;
        // Models that were first asked together, all without a date, are a line-up and no release.
        let alone = contestants().filter(|case| order::day(case) == day).count() == 1;
        if fresh.origin.released.is_none() && !alone {
            return None;
        }
        let newest = section.attempts().map(|attempt| attempt.timing.started).max()?;
        let newest = newest.to_zoned(jiff::tz::TimeZone::UTC).date();
        if (newest - day).get_days() > DAYS {
            return None;
        }
        let kin = |case: &Showcase<'_>| (lineage::family(case.contestant()), case.origin.lab.clone());
        // Cases stand by day, the newest first.
        let before = earlier().find(|case| kin(case) == kin(fresh));
        let slug = |case: &Showcase<'_>| case.contestant().slug.clone();
        let ranked = order::by_rank(&section.cases, ranks);
        let leads = ranked.first().is_some_and(|first| slug(first) == slug(fresh));
        let rival = ranked.into_iter().find(|case| slug(case) != slug(fresh));
        let rival = rival.filter(|rival| before.is_none_or(|before| slug(before) != slug(rival)));
        let mut beside: Vec<NewsCard> =
            before.iter().map(|case| NewsCard::new("The model before it", case)).collect();
        let role = if leads { "Best of the others" } else { "Best so far" };
        beside.extend(rival.map(|case| NewsCard::new(role, case)));
        let compared = before.and_then(|before| compared(before, fresh, models, context));
        let sentence = compared.unwrap_or_else(|| standing(fresh, before, ranks));
        Some(Self { sentence, fresh: NewsCard::new("New", fresh), beside })
    }
}

/// The first sentence of `pelicycle compare` on a release and the model before it, by all that both drew; none where nobody judged
/// drawings of the one against those of the other.
fn compared(
    before: &Showcase<'_>,
    fresh: &Showcase<'_>,
    models: &[ModelWorks<'_>],
    context: GalleryContext<'_>,
) -> Option<String> {
    let attempts = |case: &Showcase<'_>| -> Vec<&Attempt> {
        let own = |model: &&ModelWorks<'_>| model.contestant().slug == case.contestant().slug;
        models.iter().filter(own).flat_map(ModelWorks::attempts).collect()
    };
    let label = |case: &Showcase<'_>| text::label(&case.contestant().label);
    let sides = PairedSides::pair(&attempts(before), &attempts(fresh));
    let report = compare(&label(before), &label(fresh), &sides, &[], &MeasuredDrawings::new()).ok()?;
    let report = report.judged(&sides, context.judgements, context.calibrations, None);
    (!report.preferred.views.is_empty()).then(|| text::sentence(&report.sentence))
}

/// The known facts of a release: its place where it was judged, else how often it drew.
fn standing(fresh: &Showcase<'_>, before: Option<&Showcase<'_>>, ranks: &WallRanks) -> String {
    let said = |case: &Showcase<'_>| match ranks.of(&case.contestant().slug) {
        Some(standing) => format!("{}, {}", standing.place, standing.won),
        None => {
            let drawn = case.drawn();
            format!("{} of {} drawn", text::count(drawn.hits), text::count(drawn.of))
        }
    };
    match before {
        Some(before) => {
            let label = text::label(&before.contestant().label);
            format!("{}. Before it, {label}: {}.", capital(&said(fresh)), said(before))
        }
        None => format!("{}.", capital(&said(fresh))),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
