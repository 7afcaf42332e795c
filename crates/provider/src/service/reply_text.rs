//! The text of a reply on its way out: halves of characters are joined, and secrets are taken out, also one that begins in
//! the reasoning and goes on in the answer or in the words of an error.
//!
//! A reader may join the pieces of a reply in several orders, so the text is searched in each of them. What is told is sure in
//! all of them: no secret stands in it or begins there.

use super::halves::{HalfJoiner, begins_with_second};
use super::joined_text::JoinedText;
use super::protocol::TextPart;
use pelicycle_secrets::{REDACTED, Secrets, merged, replaced};

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
mod tests {
    use proptest::prelude::*;

    use super::TextPart::{Answer, Reasoning};
    use super::*;
    use pelicycle_secrets::MAX_HELD;
    use pelicycle_testkit::clothes::{KEY, clothes};

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        secrets
    }

    fn told(pieces: &[(TextPart, &str)]) -> (String, String) {
        let secrets = secrets();
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        for (part, more) in pieces {
            text.push(&secrets, vec![(*part, (*more).to_owned())], &mut out);
        }
        let rest = text.finish(&secrets);
        (out.reasoning + &rest.reasoning, out.answer + &rest.answer)
    }

    #[test]
    fn a_secret_cut_between_reasoning_and_answer_is_told_in_neither() {
        for cut in 1..KEY.len() {
            let (before, after) = KEY.split_at(cut);
            for (first, second) in [(Reasoning, Answer), (Answer, Reasoning)] {
                let pieces = [(first, format!("a {before}")), (second, format!("{after} b"))];
                let (reasoning, answer) = told(&pieces.each_ref().map(|(part, text)| (*part, text.as_str())));
                let all = format!("{reasoning}|{answer}");
                assert!(!all.contains(&KEY[cut..]), "{cut}: {all}");
                assert!(all.contains("[key] b"), "{cut}: {all}");
            }
        }
        for parts in [[Reasoning, Answer, Answer], [Reasoning, Answer, Reasoning]] {
            let pieces = [(parts[0], "a sk-pla"), (parts[1], "nted-5"), (parts[2], "f0c2a91 b")];
            let (reasoning, answer) = told(&pieces);
            assert!(!format!("{reasoning}{answer}").contains("f0c2"), "{reasoning}|{answer}");
        }
        let (reasoning, answer) = told(&[(Reasoning, "a sk-pl"), (Answer, "anted-5f0c")]);
        assert_eq!((reasoning.as_str(), answer.as_str()), ("a [key]", "[key]"), "though it is not whole");
    }

    #[test]
    fn a_secret_whose_first_escape_is_cut_between_reasoning_and_answer_is_told_in_neither() {
        // Tags part it further on: without them the numbers alone are found.
        let escaped = |write: fn(u8) -> String| KEY.bytes().map(write).collect::<Vec<_>>().join("[b]");
        for form in [
            escaped(|byte| format!("&#x{byte:x};")),
            escaped(|byte| format!("\\u{byte:04x}")),
            escaped(|byte| format!("%{byte:02X}")),
        ] {
            for (first, second) in [(Reasoning, Answer), (Answer, Reasoning)] {
                for cut in 1..9 {
                    let (reasoning, answer) =
                        told(&[(first, &form[..cut]), (second, &form[cut..12]), (second, &form[12..])]);
                    let all = format!("{reasoning}|{answer}");
                    assert!(!all.contains("6e") && !all.contains("6E"), "{cut}: {all}");
                    assert!(all.contains("[key]"), "{cut}: {all}");
                }
            }
        }
        assert_eq!(told(&[(Answer, "50 %"), (Reasoning, " or"), (Reasoning, " so")]).1, "50 %");
    }

    #[test]
    fn a_piece_without_letters_decides_for_neither_part() {
        for blank in ["-", "\n", "*", "<b>"] {
            for (first, second) in [(Reasoning, Answer), (Answer, Reasoning)] {
                // The first part ends with a letter of the key, too.
                let pieces =
                    [(first, "it is"), (second, "a sk-pl"), (first, blank), (first, "anted-5f0c2a91 b")];
                let (reasoning, answer) = told(&pieces);
                assert!(!format!("{reasoning}|{answer}").contains("5f0c"), "{blank}: {reasoning}|{answer}");
                let pieces = [(first, "a sk-pl"), (second, "s"), (first, blank), (first, "anted-5f0c2a91 b")];
                let (reasoning, answer) = told(&pieces);
                assert!(!format!("{reasoning}|{answer}").contains("5f0c"), "{blank}: {reasoning}|{answer}");
            }
        }
        // Both parts have begun one, and either may go on with it.
        let (one, other) = (Reasoning, Answer);
        for parts in [[one, other, one, other], [one, other, other, one]] {
            let texts = ["sk-pl", "sk-pl", "anted-5f0c2a91", "anted-5f0c2a91"];
            let pieces: Vec<_> = parts.into_iter().zip(texts).collect();
            assert_eq!(told(&pieces), ("[key]".to_owned(), "[key]".to_owned()));
        }
    }

    #[test]
    fn one_frame_may_say_the_answer_before_the_reasoning() {
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        for cut in 1..KEY.len() {
            let (before, after) = KEY.split_at(cut);
            for [reasoning, answer] in [[before, after], [after, before]] {
                let (mut text, mut out) = (ReplyText::default(), SafeText::default());
                text.push(
                    &secrets,
                    vec![(Reasoning, reasoning.to_owned()), (Answer, answer.to_owned())],
                    &mut out,
                );
                let rest = text.finish(&secrets);
                let all = out.reasoning + &rest.reasoning + "|" + &out.answer + &rest.answer;
                assert!(!all.contains(after) && all.contains("[key]"), "{cut}: {all}");
            }
        }
        // Nor one that began in a frame before, where the answer's piece of the next frame stands first.
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        text.push(&secrets, vec![(Answer, "sk-pla".to_owned())], &mut out);
        let frame = vec![(Reasoning, "b]nted-5f0c2a91 sk".to_owned()), (Answer, "[".to_owned())];
        text.push(&secrets, frame, &mut out);
        let rest = text.finish(&secrets);
        let all = out.reasoning + &rest.reasoning + "|" + &out.answer + &rest.answer;
        assert!(!all.contains("5f0c") && all.contains("[key] sk"), "{all}");
    }

    #[test]
    fn a_secret_goes_over_the_place_where_the_answer_turns_out_as_reasoning() {
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        for before in [
            vec![(Reasoning, "a sk-"), (Answer, "pl")],
            vec![(Answer, "a sk-pl")],
            vec![(Answer, "a "), (Reasoning, "sk-pl")],
            vec![(Reasoning, "sk"), (Answer, "x sk-"), (Answer, "pl")],
        ] {
            let (mut text, mut out) = (ReplyText::default(), SafeText::default());
            for (part, more) in &before {
                text.push(&secrets, vec![(*part, (*more).to_owned())], &mut out);
            }
            let mut all = out.reasoning + &out.answer;
            text.answer_was_reasoning();
            let mut out = SafeText::default();
            text.push(&secrets, vec![(Reasoning, "anted-5f0c2a91 b".to_owned())], &mut out);
            all = all + &out.reasoning + &text.finish(&secrets).reasoning;
            assert!(all.contains("[key] b") && !all.contains("anted"), "{before:?}: {all}");
        }
    }

    #[test]
    fn what_only_begins_like_a_secret_is_told() {
        let (reasoning, answer) = told(&[(Reasoning, "it has a task"), (Answer, "s"), (Answer, "k<svg>")]);
        assert_eq!((reasoning.as_str(), answer.as_str()), ("it has a task", "sk<svg>"));
        let (reasoning, answer) = told(&[(Reasoning, "us"), (Answer, "k"), (Reasoning, "!"), (Answer, "x")]);
        assert_eq!((reasoning.as_str(), answer.as_str()), ("us!", "kx"));
    }

    #[test]
    fn words_after_a_reply_do_not_go_on_with_a_secret() {
        let secrets = secrets();
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        text.push(&secrets, vec![(Answer, "a sk-pl".to_owned())], &mut out);
        assert_eq!(text.without_rest(&secrets, "anted-5f0c2a91 is bad"), "[key] is bad");
        assert_eq!(text.without_rest(&secrets, "it is bad"), "it is bad");
        // Nor with one that has pieces in both parts.
        for (pieces, words) in [
            (vec![(Reasoning, "a sk-"), (Answer, "plan")], "ted-5f0c2a91 is bad"),
            (vec![(Answer, "a sk-"), (Reasoning, "plan")], "ted-5f0c2a91 is bad"),
            (vec![(Reasoning, "a sk-"), (Answer, "pla"), (Reasoning, "nt")], "ed-5f0c2a91 is bad"),
        ] {
            let (mut text, mut out) = (ReplyText::default(), SafeText::default());
            for (part, more) in pieces {
                text.push(&secrets, vec![(part, more.to_owned())], &mut out);
            }
            assert_eq!(text.without_rest(&secrets, words), "[key] is bad", "{words}");
            assert_eq!(text.without_rest(&secrets, "it is bad"), "it is bad");
        }
    }

    #[test]
    fn half_a_character_goes_to_its_own_part_before_another() {
        let secrets = Secrets::default();
        let (first, second) = ("\u{10f03d}", "\u{10f6b2}");
        for (more, reasoning, answer) in [
            (
                vec![(Answer, format!("{second} x")), (Reasoning, format!("{second} b"))],
                "a 🚲 b",
                "\u{fffd} x",
            ),
            (vec![(Answer, format!("{second} x")), (Reasoning, " b".to_owned())], "a  b", "🚲 x"),
        ] {
            let (mut text, mut out) = (ReplyText::default(), SafeText::default());
            text.expect_halves();
            text.push(&secrets, vec![(Reasoning, format!("a {first}"))], &mut out);
            text.push(&secrets, more, &mut out);
            assert_eq!((out.reasoning.as_str(), out.answer.as_str()), (reasoning, answer));
        }
    }

    #[cfg(unix)]
    #[test]
    fn many_secrets_over_two_parts_in_one_frame_take_time_as_their_number() {
        use rustix::time::{ClockId, clock_gettime};
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        let took = |pairs: usize| {
            let pair = [(Reasoning, "sk-planted".to_owned()), (Answer, "5f0c2a91".to_owned())];
            let frame: Vec<_> = pair.into_iter().cycle().take(2 * pairs).collect();
            let time = || {
                let time = clock_gettime(ClockId::ThreadCPUTime);
                time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
            };
            let begin = time();
            let (mut text, mut out) = (ReplyText::default(), SafeText::default());
            text.push(&secrets, frame, &mut out);
            let took = time() - begin;
            // What the reasoning ends with may go on.
            assert_eq!(out.reasoning.matches(REDACTED).count(), pairs - 1);
            assert!(!out.answer.contains("5f0c"));
            took
        };
        let (few, many) = (took(1000), took(8000));
        assert!(many < 20.0 * few, "{few} s for 1000 pairs, {many} s for 8000");
    }

    #[test]
    fn without_a_secret_to_search_for_all_is_told_at_once() {
        let secrets = Secrets::default();
        let mut text = ReplyText::default();
        for (part, more) in [(Reasoning, "50 %"), (Answer, "\\u00"), (Answer, "&am"), (Reasoning, "sk-pl")] {
            let mut out = SafeText::default();
            text.push(&secrets, vec![(part, more.to_owned())], &mut out);
            assert_eq!(out.reasoning + &out.answer, more);
        }
        text.expect_halves();
        let mut out = SafeText::default();
        text.push(&secrets, vec![(Answer, "a \u{10f03d}".to_owned())], &mut out);
        assert_eq!(out.answer, "a ");
        assert_eq!(text.finish(&secrets).answer, "\u{fffd}");
    }

    #[test]
    fn orders_in_which_the_text_is_the_same_are_kept_once_and_one_without_news_is_not_searched() {
        let secrets = secrets();
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        text.push(&secrets, vec![(Reasoning, "a sk-pl".to_owned())], &mut out);
        assert_eq!(text.orders.len(), 2, "with it and without it");
        text.push(&secrets, vec![(Answer, "hh ".to_owned())], &mut out);
        assert_eq!(text.orders.len(), 2, "the answer ended it but where the reasoning stands alone");
        // What no order may search again, since nothing came in it.
        for own in text.orders.iter_mut().filter(|own| !own.orders.contains(&JoinOrder::Arrival)) {
            own.text.push(Reasoning, usize::MAX / 2, &KEY["sk-pl".len()..]);
        }
        text.push(&secrets, vec![(Answer, "hh ".to_owned())], &mut out);
        assert!(text.parts[Reasoning as usize].secrets.is_empty());
        let rest = text.finish(&secrets);
        assert_eq!(out.reasoning + &rest.reasoning, "a sk-pl");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_reply_without_a_key_comes_through_unchanged(
            frames in prop::collection::vec(
                prop::collection::vec((any::<bool>(), "[sk <>&;%\\\\a-z0-9é\\[/-]{0,12}"), 0..3),
                0..12,
            ),
        ) {
            let mut secrets = Secrets::default();
            secrets.add(KEY);
            let (mut text, mut out, mut said) = (ReplyText::default(), SafeText::default(), SafeText::default());
            for frame in frames {
                let part = |thinks| if thinks { Reasoning } else { Answer };
                let frame: Vec<_> = frame.into_iter().map(|(thinks, text)| (part(thinks), text)).collect();
                frame.iter().for_each(|(part, text)| said.add(*part, text));
                text.push(&secrets, frame, &mut out);
                // What is told is what came; no more waits than may be a key's beginning, in any order.
                prop_assert!(said.answer.starts_with(&out.answer) && said.reasoning.starts_with(&out.reasoning));
            }
            let rest = text.finish(&secrets);
            prop_assert_eq!((out.reasoning + &rest.reasoning, out.answer + &rest.answer), (said.reasoning, said.answer));
        }

        #[test]
        fn a_text_without_the_key_comes_through_unchanged(pieces in prop::collection::vec("[sk <>&;%\\\\a-z0-9é-]{0,12}", 0..20)) {
            prop_assert_eq!(streamed(&secrets(), pieces.clone()), pieces.concat());
        }
    }

    #[test]
    fn no_part_waits_for_more_than_a_key_may_be_long() {
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        let (mut text, mut out, mut said) = (ReplyText::default(), SafeText::default(), 0);
        // Each part ends with what may begin a key, and the other one goes on with nothing that could end it.
        for round in 0..400 {
            let (part, more) =
                if round % 2 == 0 { (Reasoning, "sk-pl<b             > ") } else { (Answer, "&         - ") };
            text.push(&secrets, vec![(part, more.to_owned())], &mut out);
            said += more.len();
            let told = out.reasoning.len() + out.answer.len();
            assert!(said - told <= 2 * MAX_HELD, "{round}: {said} came, and {told} were told");
        }
        // Where nothing may be a key, all is told at once.
        let mut text = ReplyText::default();
        for round in 0..100 {
            let mut out = SafeText::default();
            let part = if round % 3 == 0 { Reasoning } else { Answer };
            text.push(&secrets, vec![(part, "<path d='M 0 9'/>.".to_owned())], &mut out);
            assert_eq!(out.reasoning.len() + out.answer.len(), 18, "{round}");
        }
    }

    /// What is told of a text that comes in these pieces.
    fn streamed(secrets: &Secrets, pieces: impl IntoIterator<Item = String>) -> String {
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        for piece in pieces {
            text.push(secrets, vec![(TextPart::Answer, piece)], &mut out);
        }
        out.answer + &text.finish(secrets).answer
    }

    #[test]
    fn a_key_is_found_wherever_the_stream_is_cut() {
        let secrets = secrets();
        for form in clothes() {
            let text = format!("<svg> {form} </svg>");
            let cuts: Vec<usize> = (1..text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            for cut in cuts {
                let out = streamed(&secrets, [&text[..cut], &text[cut..]].map(str::to_owned));
                assert!(out.contains(REDACTED) && out.ends_with("</svg>"), "{form} cut at {cut}: {out}");
            }
            let out = streamed(&secrets, text.chars().map(String::from));
            assert!(out.contains(REDACTED), "{form} letter by letter: {out}");
        }
    }

    #[test]
    fn what_waits_is_bounded() {
        let secrets = secrets();
        let (mut reply, mut out) = (ReplyText::default(), SafeText::default());
        reply.push(&secrets, vec![(TextPart::Answer, "sk-pl".to_owned())], &mut out);
        for n in 1..3 * MAX_HELD {
            reply.push(&secrets, vec![(TextPart::Answer, " ".to_owned())], &mut out);
            assert!("sk-pl".len() + n - out.answer.len() <= MAX_HELD + 8);
        }
        assert!(out.answer.len() > MAX_HELD);
    }
}
