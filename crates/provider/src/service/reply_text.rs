//! The text of a reply on its way out: halves of characters are joined, and secrets are taken out, also one that begins in
//! the reasoning and goes on in the answer or in the words of an error.
//!
//! A reader may join the pieces of a reply in several orders, so the text is searched in each of them. What is told is sure in
//! all of them: no secret stands in it or begins there.

use pelicycle_secrets::{REDACTED, Secrets, merged, replaced};

use super::halves::{HalfJoiner, begins_with_second};
use super::joined_text::JoinedText;
use super::protocol::TextPart;

/// Text that is sure to hold no secret.
#[derive(Debug, Default)]
pub(super) struct SafeText {
    pub(super) reasoning: String,
    pub(super) answer: String,
    pub(super) refusal: String,
}

/// The text of a reply, as far as it may not be told yet.
#[derive(Debug)]
pub(super) struct ReplyText {
    /// By the number of the part.
    parts: [PartText; TextPart::ALL.len()],
    /// The same text in each order in which it may be read.
    orders: Vec<OrderedText>,
}

/// The text in one order, or in several in which it is the same.
#[derive(Debug)]
struct OrderedText {
    orders: Vec<JoinOrder>,
    text: JoinedText,
    /// Whether something came since it was searched.
    changed: bool,
}

/// The most places in words of ours at which words of the service may begin.
const MOST_QUOTES: usize = 8;

/// An order in which the pieces of a reply may be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JoinOrder {
    /// That in which they came. A frame that says both parts does so in the order in which its protocol reads them.
    Arrival,
    /// As that, but of each frame this part first.
    First(TextPart),
    /// One part without the others.
    Alone(TextPart),
    /// The others without this part.
    Without(TextPart),
}

/// All the orders. Mostly they are the same text, which is kept and searched once.
const ORDERS: [JoinOrder; 10] = [
    JoinOrder::Arrival,
    JoinOrder::First(TextPart::Reasoning),
    JoinOrder::First(TextPart::Answer),
    JoinOrder::First(TextPart::Refusal),
    JoinOrder::Alone(TextPart::Reasoning),
    JoinOrder::Alone(TextPart::Answer),
    JoinOrder::Alone(TextPart::Refusal),
    JoinOrder::Without(TextPart::Reasoning),
    JoinOrder::Without(TextPart::Answer),
    JoinOrder::Without(TextPart::Refusal),
];

/// One part's text that waits until it is sure in every order.
#[derive(Debug, Default)]
struct PartText {
    halves: HalfJoiner,
    text: String,
    /// The bytes of the part that stood before it, and were told.
    told: usize,
    /// The places of secrets, counted from the part's beginning, none touching another.
    secrets: Vec<(usize, usize)>,
}

impl SafeText {
    fn add(&mut self, part: TextPart, text: &str) {
        match part {
            TextPart::Reasoning => self.reasoning.push_str(text),
            TextPart::Answer => self.answer.push_str(text),
            TextPart::Refusal => self.refusal.push_str(text),
        }
    }
}

impl JoinOrder {
    /// The pieces of one frame in this order, each with its place.
    fn of(self, frame: &[Piece]) -> Vec<&Piece> {
        let mut pieces: Vec<&Piece> = frame.iter().collect();
        match self {
            JoinOrder::Arrival => {}
            JoinOrder::First(part) => pieces.sort_by_key(|piece| piece.part != part),
            JoinOrder::Alone(_) | JoinOrder::Without(_) => pieces.retain(|piece| self.has(piece.part)),
        }
        pieces
    }

    fn has(self, part: TextPart) -> bool {
        match self {
            JoinOrder::Arrival | JoinOrder::First(_) => true,
            JoinOrder::Alone(own) => part == own,
            JoinOrder::Without(other) => part != other,
        }
    }
}

/// A piece of a part, and the place in the part where it begins.
struct Piece {
    part: TextPart,
    begin: usize,
    text: String,
}

impl Default for ReplyText {
    fn default() -> ReplyText {
        ReplyText { parts: Default::default(), orders: vec![OrderedText::default()] }
    }
}

impl Default for OrderedText {
    fn default() -> OrderedText {
        OrderedText { orders: ORDERS.to_vec(), text: JoinedText::default(), changed: false }
    }
}

impl OrderedText {
    /// Takes the pieces of a frame in: gives the text of the orders in which they come alike, one for each such.
    fn take(mut self, frame: &[Piece]) -> Vec<OrderedText> {
        let mut alike: Vec<(Vec<&Piece>, Vec<JoinOrder>)> = Vec::new();
        for order in self.orders {
            let pieces = order.of(frame);
            let same = |known: &[&Piece]| {
                known.len() == pieces.len() && known.iter().zip(&pieces).all(|(a, b)| std::ptr::eq(*a, *b))
            };
            match alike.iter_mut().find(|(known, _)| same(known)) {
                Some((_, orders)) => orders.push(order),
                None => alike.push((pieces, vec![order])),
            }
        }
        let last = alike.len() - 1;
        let text_of = |(number, (pieces, orders)): (usize, (Vec<&Piece>, Vec<JoinOrder>))| {
            let mut text = if number < last { self.text.clone() } else { std::mem::take(&mut self.text) };
            for piece in &pieces {
                text.push(piece.part, piece.begin, &piece.text);
            }
            OrderedText { orders, text, changed: self.changed || !pieces.is_empty() }
        };
        alike.into_iter().enumerate().map(text_of).collect()
    }
}

impl ReplyText {
    /// Halves of characters have come: from now on they are joined.
    pub(super) fn expect_halves(&mut self) {
        self.parts.iter_mut().for_each(|part| part.halves.seen = true);
    }

    /// Takes in what one frame says, and gives as much of all as is sure.
    pub(super) fn push(&mut self, secrets: &Secrets, frame: Vec<(TextPart, String)>, out: &mut SafeText) {
        let mut pieces = Vec::new();
        // The parts that go on, later in this frame, with the first half that they wait with.
        let mut go_on = TextPart::ALL.map(|own| {
            let first = frame.iter().find(|(part, text)| *part == own && !text.is_empty());
            first.is_some_and(|(_, text)| begins_with_second(text))
        });
        for (part, text) in frame {
            go_on[part as usize] &= text.is_empty();
            let mut halves = std::mem::take(&mut self.part_mut(part).halves);
            let others = TextPart::ALL.into_iter().filter(|other| *other != part && !go_on[*other as usize]);
            for other in others {
                halves.go_on_with(&mut self.part_mut(other).halves, &text);
            }
            let text = halves.push(text);
            let own = self.part_mut(part);
            own.halves = halves;
            // Text that nothing is searched for in waits for nothing.
            match secrets.is_empty() {
                true => out.add(part, &text),
                false => pieces.extend(own.add(part, text)),
            }
        }
        self.take(secrets, &pieces, out);
    }

    fn take(&mut self, secrets: &Secrets, frame: &[Piece], out: &mut SafeText) {
        self.join(frame);
        self.search(secrets);
        self.tell(out);
    }

    /// Adds the pieces of a frame to the text in every order.
    fn join(&mut self, frame: &[Piece]) {
        let orders = std::mem::take(&mut self.orders);
        self.orders = orders.into_iter().flat_map(|text| text.take(frame)).collect();
    }

    /// Searches the text in all orders in which something came.
    fn search(&mut self, secrets: &Secrets) {
        let mut found = Vec::new();
        for own in self.orders.iter_mut().filter(|own| own.changed) {
            found.extend(own.text.search(secrets));
            own.changed = false;
        }
        self.hide(&found);
        for own in std::mem::take(&mut self.orders) {
            match self.orders.iter_mut().find(|known| known.text == own.text) {
                Some(known) => known.orders.extend(own.orders),
                None => self.orders.push(own),
            }
        }
    }

    /// Secrets stand at these places.
    fn hide(&mut self, places: &[(TextPart, usize, usize)]) {
        for part in TextPart::ALL {
            let own = self.part_mut(part);
            let known = own.secrets.len();
            own.secrets.extend(places.iter().filter(|place| place.0 == part).map(|place| (place.1, place.2)));
            if own.secrets.len() > known {
                own.secrets = merged(std::mem::take(&mut own.secrets));
            }
        }
    }

    /// Gives what is sure in every order.
    fn tell(&mut self, out: &mut SafeText) {
        for part in TextPart::ALL {
            let begins = self.orders.iter().filter_map(|own| own.text.begin_of(part)).min();
            let own = self.part_mut(part);
            let safe = own.tell(begins.unwrap_or(own.told + own.text.len()));
            out.add(part, &safe);
        }
    }

    /// All of the answer that came was reasoning, and what comes of it from now on is none. So what waits of both is one text
    /// from here on: a secret may be cut just there. (Where marks alone tell the two apart, there was no reasoning before.)
    pub(super) fn answer_was_reasoning(&mut self) {
        let answer = std::mem::take(self.part_mut(TextPart::Answer));
        self.part_mut(TextPart::Answer).halves.seen = answer.halves.seen;
        let reasoning = self.part_mut(TextPart::Reasoning);
        let lost = reasoning.halves.finish();
        reasoning.text.push_str(&lost);
        let moved = reasoning.told + reasoning.text.len();
        reasoning.text.push_str(&answer.text);
        let place = |at: usize| at - answer.told + moved;
        reasoning.secrets.extend(answer.secrets.iter().map(|(begin, end)| (place(*begin), place(*end))));
        reasoning.halves = answer.halves;
        // A refusal ends the search for marks, so it comes after all that turns out as reasoning.
        let waiting = TextPart::ALL.into_iter().zip(&self.parts).filter(|(_, own)| !own.text.is_empty());
        let waiting: Vec<Piece> =
            waiting.map(|(part, own)| Piece { part, begin: own.told, text: own.text.clone() }).collect();
        self.orders = vec![OrderedText::default()];
        self.join(&waiting);
    }

    /// The reply is over: gives what was held back, without the beginnings of secrets.
    pub(super) fn finish(&mut self, secrets: &Secrets) -> SafeText {
        let mut out = SafeText::default();
        let mut pieces = Vec::new();
        for part in TextPart::ALL {
            let own = self.part_mut(part);
            let lost = own.halves.finish();
            match secrets.is_empty() {
                true => out.add(part, &lost),
                false => pieces.extend(own.add(part, lost)),
            }
        }
        self.take(secrets, &pieces, &mut out);
        let found: Vec<_> = self.orders.iter_mut().flat_map(|own| own.text.finish(secrets)).collect();
        self.hide(&found);
        self.tell(&mut out);
        out
    }

    /// Words that follow the reply, without the rest of a secret that began in it, in one part or over several. The service's
    /// own words may stand within ours: after a colon, or in quotation marks.
    pub(super) fn without_rest(&self, secrets: &Secrets, words: &str) -> String {
        let quoted = words.match_indices([':', '"']).map(|(at, _)| at + 1).take(MOST_QUOTES);
        for at in std::iter::once(0).chain(quoted) {
            let (ours, said) = words.split_at(words.len() - words[at..].trim_start().len());
            if let Some(end) = self.orders.iter().filter_map(|own| own.text.rest_in(secrets, said)).max() {
                return format!("{ours}{REDACTED}{}", &said[end..]);
            }
        }
        words.to_owned()
    }

    fn part_mut(&mut self, part: TextPart) -> &mut PartText {
        &mut self.parts[part as usize]
    }
}

impl PartText {
    /// Takes more text in; none where there is none.
    fn add(&mut self, part: TextPart, text: String) -> Option<Piece> {
        let begin = self.told + self.text.len();
        self.text.push_str(&text);
        (!text.is_empty()).then_some(Piece { part, begin, text })
    }

    /// Gives the text up to a place, or to a secret that goes beyond it, with marks where secrets stand.
    fn tell(&mut self, end: usize) -> String {
        let over = self.secrets.iter().find(|secret| secret.0 < end && secret.1 > end);
        let end = over.map_or(end, |secret| secret.0);
        let told = self.told;
        let places: Vec<_> = self.secrets.iter().map(|(begin, end)| (begin - told, end - told)).collect();
        let safe = replaced(&self.text, end - told, &places);
        self.text.drain(..end - told);
        self.told = end;
        self.secrets.retain(|secret| secret.1 > end);
        safe
    }
}

#[cfg(test)]
mod tests;
