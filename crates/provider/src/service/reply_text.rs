//! The text of a reply on its way out: halves of characters are joined, and secrets are taken out, also one that begins in
//! the reasoning and goes on in the answer or in the words of an error.

use super::halves::HalfJoiner;
use super::projection::escape_begin;
use super::secret_filter::SecretFilter;
use super::secrets::{Finds, MAX_HELD, REDACTED, SHORTEST_BEGINNING, Secrets};

/// The part of the reply that a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextPart {
    /// The model's reasoning.
    Reasoning,
    /// Its answer.
    Answer,
}

/// Text that is sure to hold no secret.
#[derive(Debug, Default)]
pub(super) struct SafeText {
    pub(super) reasoning: String,
    pub(super) answer: String,
}

/// The text of a reply, as far as it may not be told yet.
#[derive(Debug, Default)]
pub(super) struct ReplyText {
    reasoning: PartFilter,
    answer: PartFilter,
    last: Option<TextPart>,
    seam: Option<Seam>,
}

/// One part's text on its way.
#[derive(Debug, Default)]
struct PartFilter {
    halves: HalfJoiner,
    secrets: SecretFilter,
}

/// A secret's beginning at the end of one part, and what may go on with it in the other: nothing of that is told yet.
#[derive(Debug)]
struct Seam {
    /// The part in which it began, and the text of it that this part's filter holds back.
    begun: (TextPart, String),
    after: Vec<(TextPart, String)>,
}

impl SafeText {
    fn add(&mut self, part: TextPart, text: &str) {
        match part {
            TextPart::Reasoning => self.reasoning.push_str(text),
            TextPart::Answer => self.answer.push_str(text),
        }
    }
}

impl Seam {
    fn joined(&self) -> String {
        let after = self.after.iter().map(|(_, text)| text.as_str());
        std::iter::once(self.begun.1.as_str()).chain(after).collect()
    }

    /// The beginning and the end of a find that goes over the seam, in the joined text.
    fn crossing(&self, finds: &Finds) -> Option<(usize, usize)> {
        crossing(finds, self.begun.1.len())
    }
}

/// As much of a text as a secret may go on in.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_HELD)]
}

/// As much of a text's end as a secret may begin in.
fn end_of(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(MAX_HELD))..]
}

/// The find that goes over this place of a text.
fn crossing(finds: &Finds, place: usize) -> Option<(usize, usize)> {
    finds.whole.iter().copied().find(|(begin, end)| *begin < place && *end > place)
}

/// The certainty that a secret goes over from one text into another: 2 where it does, 1 where it has begun to, else 0.
fn goes_over(secrets: &Secrets, before: &str, after: &str) -> u8 {
    let joined = format!("{before}{}", beginning(after));
    let finds = secrets.find(&joined);
    match crossing(&finds, before.len()) {
        Some(_) => 2,
        None => u8::from(begins_before(&finds, &joined, before.len())),
    }
}

/// Whether what may be the beginning of a secret at a text's end, or of an escape that one begins with, begins before a place.
fn begins_before(finds: &Finds, text: &str, place: usize) -> bool {
    finds.begun.is_some_and(|(begin, _)| begin < place) || escape_begin(text) < place
}

impl ReplyText {
    /// Halves of characters have come: from now on they are joined.
    pub(super) fn expect_halves(&mut self) {
        self.reasoning.halves.seen = true;
        self.answer.halves.seen = true;
    }

    /// Takes in what one frame says of both parts, which may have said the answer first.
    pub(super) fn push_both(
        &mut self,
        secrets: &Secrets,
        reasoning: String,
        answer: String,
        out: &mut SafeText,
    ) {
        let both = !reasoning.is_empty() && !answer.is_empty();
        let goes_over = |first: &PartFilter, text: &str, second: &str| {
            goes_over(secrets, &format!("{}{}", first.secrets.held(), end_of(text)), second)
        };
        let answer_first = both
            && goes_over(&self.answer, &answer, &reasoning) > goes_over(&self.reasoning, &reasoning, &answer);
        let mut ordered = [(TextPart::Reasoning, reasoning), (TextPart::Answer, answer)];
        if answer_first {
            ordered.reverse();
        }
        for (part, text) in ordered {
            self.push(secrets, part, text, out);
        }
    }

    /// Takes more of a part in, and gives as much of all as is sure.
    pub(super) fn push(&mut self, secrets: &Secrets, part: TextPart, more: String, out: &mut SafeText) {
        let more = self.part_mut(part).halves.push(more);
        if more.is_empty() {
            return;
        }
        let own = self.waiting(part);
        let ends = !own.is_empty()
            && crossing(&secrets.find(&format!("{own}{}", beginning(&more))), own.len()).is_some();
        if ends {
            // What ends a secret of its own part belongs to that.
            self.release(secrets, out);
        } else if self.seam.is_none() && self.last.is_some_and(|last| last != part) {
            self.seam = self.open_seam(secrets, part);
        }
        self.last = Some(part);
        match self.seam.take() {
            None => {
                let safe = self.part_mut(part).secrets.push(secrets, more);
                out.add(part, &safe);
            }
            Some(mut seam) => {
                seam.after.push((part, more));
                self.read_seam(secrets, seam, out);
            }
        }
    }

    /// All of the answer that came was reasoning, and what comes of it from now on is none: gives what was held back of
    /// the reasoning before it.
    pub(super) fn answer_was_reasoning(&mut self, secrets: &Secrets) -> SafeText {
        let mut out = SafeText::default();
        // From here on both are one text: a secret may be cut just there.
        let seam = self.seam.take();
        let last = seam.as_ref().map(|seam| seam.begun.0).or(self.last);
        let (mut before, mut answer) =
            (std::mem::take(&mut self.reasoning), std::mem::take(&mut self.answer));
        let lost = before.halves.finish();
        let mut held = [before.secrets.take() + &lost, answer.secrets.take()];
        if last == Some(TextPart::Reasoning) {
            held.reverse();
        }
        let after = seam.into_iter().flat_map(|seam| seam.after).map(|(_, text)| text);
        let joined: String = held.into_iter().chain(after).collect();
        self.answer.halves.seen = answer.halves.seen;
        self.reasoning.halves = answer.halves;
        self.last = Some(TextPart::Reasoning);
        out.reasoning = self.reasoning.secrets.push(secrets, joined);
        out
    }

    /// The reply is over: gives what was held back, without the beginnings of secrets.
    pub(super) fn finish(&mut self, secrets: &Secrets) -> SafeText {
        let mut out = SafeText::default();
        self.end_seam(secrets, &mut out);
        for part in [TextPart::Reasoning, TextPart::Answer] {
            let rest = self.part_mut(part).finish(secrets);
            out.add(part, &rest);
        }
        out
    }

    /// Words of the service that follow the reply, without the rest of a secret that began in it, in one part or over both.
    pub(super) fn without_rest(&self, secrets: &Secrets, words: &str) -> String {
        let joined = self.seam.as_ref().map(Seam::joined).unwrap_or_default();
        let befores = [joined, self.waiting(TextPart::Answer), self.waiting(TextPart::Reasoning)];
        for before in befores {
            let finds = secrets.find(&format!("{before}{}", beginning(words)));
            if let Some((_, end)) = crossing(&finds, before.len()) {
                return format!("{REDACTED}{}", &words[end - before.len()..]);
            }
        }
        words.to_owned()
    }

    /// The text of a part that waits, in its filter and after a seam.
    fn waiting(&self, part: TextPart) -> String {
        let after = self.seam.iter().flat_map(|seam| &seam.after).filter(|(of, _)| *of == part);
        let after = after.map(|(_, text)| text.as_str());
        std::iter::once(self.part_ref(part).secrets.held()).chain(after).collect()
    }

    fn part_ref(&self, part: TextPart) -> &PartFilter {
        match part {
            TextPart::Reasoning => &self.reasoning,
            TextPart::Answer => &self.answer,
        }
    }

    fn part_mut(&mut self, part: TextPart) -> &mut PartFilter {
        match part {
            TextPart::Reasoning => &mut self.reasoning,
            TextPart::Answer => &mut self.answer,
        }
    }

    /// A seam before text of this part, where the other one ends with a secret's beginning.
    fn open_seam(&mut self, secrets: &Secrets, part: TextPart) -> Option<Seam> {
        let other = if part == TextPart::Answer { TextPart::Reasoning } else { TextPart::Answer };
        let held = self.part_ref(other).secrets.held().to_owned();
        let begun = begins_before(&secrets.find(&held), &held, held.len());
        begun.then(|| Seam { begun: (other, held), after: Vec::new() })
    }

    /// Looks whether what came after the seam goes on with the secret.
    fn read_seam(&mut self, secrets: &Secrets, seam: Seam, out: &mut SafeText) {
        let joined = seam.joined();
        let (before, after) = joined.split_at(seam.begun.1.len());
        let looked_at = beginning(after);
        let read = format!("{before}{looked_at}");
        let finds = secrets.find(&read);
        if let Some((begin, end)) = seam.crossing(&finds) {
            self.hide(secrets, &seam, begin, end, out);
        } else if begins_before(&finds, &read, before.len()) && looked_at == after {
            self.seam = Some(seam);
        } else {
            self.seam = Some(seam);
            self.release(secrets, out);
        }
    }

    /// Puts marks where a secret stands that goes over the seam.
    fn hide(&mut self, secrets: &Secrets, seam: &Seam, begin: usize, end: usize, out: &mut SafeText) {
        let (part, held) = &seam.begun;
        self.part_mut(*part).secrets.hide(begin);
        let mut left = end - held.len();
        for (part, text) in &seam.after {
            let hidden = left.min(text.len());
            left -= hidden;
            let mark = if hidden > 0 { REDACTED } else { "" };
            let safe = self.part_mut(*part).secrets.push(secrets, format!("{mark}{}", &text[hidden..]));
            out.add(*part, &safe);
        }
    }

    /// There is no secret over the seam: what waited for that goes on.
    fn release(&mut self, secrets: &Secrets, out: &mut SafeText) {
        for (part, text) in self.seam.take().into_iter().flat_map(|seam| seam.after) {
            let safe = self.part_mut(part).secrets.push(secrets, text);
            out.add(part, &safe);
        }
    }

    /// Nothing more comes that could go on with a secret over the seam.
    fn end_seam(&mut self, secrets: &Secrets, out: &mut SafeText) {
        let Some(seam) = self.seam.take() else { return };
        let joined = seam.joined();
        let begun = secrets.find(&joined).begun;
        match begun.filter(|(begin, n)| *n >= SHORTEST_BEGINNING && *begin < seam.begun.1.len()) {
            Some((begin, _)) => self.hide(secrets, &seam, begin, joined.len(), out),
            None => {
                self.seam = Some(seam);
                self.release(secrets, out);
            }
        }
    }
}

impl PartFilter {
    fn finish(&mut self, secrets: &Secrets) -> String {
        let last = self.halves.finish();
        let mut rest = self.secrets.push(secrets, last);
        rest.push_str(&self.secrets.finish(secrets));
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::TextPart::{Answer, Reasoning};
    use super::*;

    const KEY: &str = "sk-planted-5f0c2a91";

    fn told(pieces: &[(TextPart, &str)]) -> (String, String) {
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        for (part, more) in pieces {
            text.push(&secrets, *part, (*more).to_owned(), &mut out);
        }
        let rest = text.finish(&secrets);
        (out.reasoning + &rest.reasoning, out.answer + &rest.answer)
    }

    #[test]
    fn a_secret_over_the_seam_of_reasoning_and_answer_is_told_in_neither() {
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
    fn a_secret_whose_first_escape_goes_over_the_seam_is_told_in_neither() {
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
                text.push_both(&secrets, reasoning.to_owned(), answer.to_owned(), &mut out);
                let rest = text.finish(&secrets);
                let all = out.reasoning + &rest.reasoning + "|" + &out.answer + &rest.answer;
                assert!(!all.contains(after) && all.contains("[key]"), "{cut}: {all}");
            }
        }
        // What only might go on is no reason to take the other order.
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        text.push(&secrets, Answer, "sk-pla".to_owned(), &mut out);
        text.push_both(&secrets, "b]nted-5f0c2a91 sk".to_owned(), "[".to_owned(), &mut out);
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
            vec![(Answer, "a sk-"), (Reasoning, "pl")],
            vec![(Answer, "a "), (Reasoning, "sk-pl")],
            vec![(Reasoning, "sk"), (Answer, "x sk-"), (Answer, "pl")],
        ] {
            let (mut text, mut out) = (ReplyText::default(), SafeText::default());
            for (part, more) in &before {
                text.push(&secrets, *part, (*more).to_owned(), &mut out);
            }
            let mut all = out.reasoning + &out.answer + &text.answer_was_reasoning(&secrets).reasoning;
            let mut out = SafeText::default();
            text.push(&secrets, Reasoning, "anted-5f0c2a91 b".to_owned(), &mut out);
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
        let mut secrets = Secrets::default();
        secrets.add(KEY);
        let (mut text, mut out) = (ReplyText::default(), SafeText::default());
        text.push(&secrets, Answer, "a sk-pl".to_owned(), &mut out);
        assert_eq!(text.without_rest(&secrets, "anted-5f0c2a91 is bad"), "[key] is bad");
        assert_eq!(text.without_rest(&secrets, "it is bad"), "it is bad");
        // Nor with one that goes over the seam.
        for (pieces, words) in [
            (vec![(Reasoning, "a sk-"), (Answer, "plan")], "ted-5f0c2a91 is bad"),
            (vec![(Answer, "a sk-"), (Reasoning, "plan")], "ted-5f0c2a91 is bad"),
            (vec![(Reasoning, "a sk-"), (Answer, "pla"), (Reasoning, "nt")], "ed-5f0c2a91 is bad"),
        ] {
            let (mut text, mut out) = (ReplyText::default(), SafeText::default());
            for (part, more) in pieces {
                text.push(&secrets, part, more.to_owned(), &mut out);
            }
            assert_eq!(text.without_rest(&secrets, words), "[key] is bad", "{words}");
            assert_eq!(text.without_rest(&secrets, "it is bad"), "it is bad");
        }
    }
}
