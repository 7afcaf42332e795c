//! The guide of a reply: the tokens that may come next, so that it stays in form and comes to its end within the bound
//! on tokens.

use std::sync::Arc;

use super::automaton::{END, EndMark, FormPlace, Node, NodeId, ReplyForm};
use super::error::FormError;
use super::string_bytes::StringPlace;
use super::token_set::TokenSet;
use super::vocabulary::FormVocabulary;

/// The most tokens that are kept from the reasoning for the answer; of few tokens, a quarter.
const KEPT_FOR_ANSWER: usize = 1024;

/// The way of one reply through its form.
///
/// The invariant, before every token: the fewest bytes from here to the end are at most the tokens that are left. Each of
/// those bytes is a token of its own, so the end can always be reached.
#[derive(Debug)]
pub(crate) struct FormGuide {
    form: ReplyForm,
    vocabulary: Arc<FormVocabulary>,
    place: FormPlace,
    /// Tokens that may come, at most.
    left: usize,
    /// Of them for the reasoning and the mark that ends it.
    left_for_reasoning: usize,
    allowed: TokenSet,
    /// The places along a path down the trie.
    path: Vec<FormPlace>,
    /// Tokens in which the mark may end that ends the reasoning, by their bytes.
    ending: Option<Vec<(u32, Vec<u8>)>>,
}

impl FormGuide {
    /// A guide before the first token, of which at most `bound` may come.
    ///
    /// # Errors
    /// When the vocabulary can't write the form, or the bound leaves no room for it.
    pub(crate) fn new(
        form: ReplyForm,
        vocabulary: Arc<FormVocabulary>,
        bound: usize,
    ) -> Result<FormGuide, FormError> {
        if let Some(byte) = form.bytes().find(|&byte| !vocabulary.has_byte(byte)) {
            return Err(FormError::NoToken { byte: char::from(byte) });
        }
        let place = form.beginning();
        let least = form.closing(place);
        if least > bound {
            return Err(FormError::NoRoom { least, bound });
        }
        let kept = KEPT_FOR_ANSWER.min(bound / 4);
        let mark = form.mark().map_or(0, |mark| mark.bytes.len());
        Ok(FormGuide {
            allowed: TokenSet::new(vocabulary.ids),
            left: bound,
            left_for_reasoning: (bound - kept).max(mark),
            form,
            vocabulary,
            place,
            path: Vec::new(),
            ending: None,
        })
    }

    /// The tokens that may come next; at least one, as long as the reply is not over.
    pub(crate) fn allowed(&mut self) -> &TokenSet {
        self.allowed.clear();
        match &self.form.nodes[self.place.node as usize] {
            Node::Text { most, next } if self.place.string == StringPlace::Between => {
                self.allow_in_string(*most - self.place.used, *next);
            }
            Node::Free { mark, next }
                if self.left_for_reasoning > mark.bytes.len()
                    && self.left > mark.bytes.len() + self.form.closing(FormPlace::at(*next)) =>
            {
                self.allow_in_reasoning();
            }
            _ => self.allow_by_walking(),
        }
        &self.allowed
    }

    /// Takes in the token that came, which was allowed, by its bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        if self.in_reasoning() {
            self.left_for_reasoning = self.left_for_reasoning.saturating_sub(1);
        }
        self.left = self.left.saturating_sub(1);
        let after = self.form.after(self.place, bytes);
        debug_assert!(after.is_some(), "only what is allowed comes");
        self.place = after.unwrap_or(self.place);
    }

    /// Whether the reply is over: nothing may follow.
    pub(crate) fn is_over(&self) -> bool {
        self.place.node == END
    }

    /// Whether the reply is in its reasoning.
    pub(crate) fn in_reasoning(&self) -> bool {
        matches!(self.form.nodes[self.place.node as usize], Node::Free { .. })
    }

    /// Has the reasoning end with the next tokens.
    pub(crate) fn end_reasoning(&mut self) {
        if let Node::Free { mark, .. } = &self.form.nodes[self.place.node as usize] {
            self.left_for_reasoning = mark.bytes.len() - usize::from(self.place.used);
        }
    }

    /// Whether the end is in reach after one token that leads to a place.
    fn reaches(&self, place: FormPlace) -> bool {
        let unfinished = matches!(place.string, StringPlace::Inside { .. });
        let reasons_on = match &self.form.nodes[place.node as usize] {
            // Whoever comes to the reasoning by this token has spent none of it.
            Node::Free { mark, .. } if self.in_reasoning() => {
                mark.bytes.len() - usize::from(place.used) < self.left_for_reasoning
            }
            _ => true,
        };
        let finishes = !unfinished || self.vocabulary.finishes_characters();
        self.form.closing(place) < self.left && finishes && reasons_on
    }

    /// Inside a string of which so many bytes are left.
    fn allow_in_string(&mut self, room: u16, next: NodeId) {
        let vocabulary = Arc::clone(&self.vocabulary);
        let behind = FormPlace::at(next);
        let most = 1 + self.form.closing(behind);
        // No character needs more than three bytes more.
        if room >= vocabulary.longest_content && self.left > most + 3 {
            self.allowed.copy_from(&vocabulary.contents);
        } else {
            for token in &vocabulary.content {
                if token.takes <= room && token.ends_in.need() + most < self.left {
                    self.allowed.insert(token.id);
                }
            }
        }
        for token in vocabulary.closing.iter().filter(|token| token.takes <= room) {
            if self.form.after(behind, &token.behind).is_some_and(|place| self.reaches(place)) {
                self.allowed.insert(token.id);
            }
        }
    }

    /// In reasoning that may go on: every token but those that end it and go on out of form.
    fn allow_in_reasoning(&mut self) {
        self.allowed.copy_from(&self.vocabulary.all);
        let ending = match self.ending.take() {
            Some(ending) => ending,
            None => self.form.mark().map(|mark| self.may_end(mark)).unwrap_or_default(),
        };
        for (id, bytes) in &ending {
            if !self.form.after(self.place, bytes).is_some_and(|place| self.reaches(place)) {
                self.allowed.remove(*id);
            }
        }
        self.ending = Some(ending);
    }

    /// The tokens that have the last byte of a mark.
    fn may_end(&self, mark: &EndMark) -> Vec<(u32, Vec<u8>)> {
        let last = mark.bytes[mark.bytes.len() - 1];
        let (mut found, mut bytes) = (Vec::new(), Vec::new());
        for (index, node) in self.vocabulary.trie.iter().enumerate() {
            bytes.truncate(usize::from(node.depth));
            bytes.push(node.byte);
            if bytes.contains(&last) {
                found.extend(self.vocabulary.tokens_at(index).iter().map(|&id| (id, bytes.clone())));
            }
        }
        found
    }

    /// Goes down the trie as far as the form allows.
    fn allow_by_walking(&mut self) {
        let vocabulary = Arc::clone(&self.vocabulary);
        self.path.clear();
        let mut index = 0;
        while let Some(node) = vocabulary.trie.get(index) {
            let depth = usize::from(node.depth);
            let before = if depth == 0 { self.place } else { self.path[depth - 1] };
            let Some(place) = self.form.step(before, node.byte) else {
                index = node.end as usize;
                continue;
            };
            self.path.truncate(depth);
            self.path.push(place);
            let tokens = vocabulary.tokens_at(index);
            if !tokens.is_empty() && self.reaches(place) {
                tokens.iter().for_each(|&id| self.allowed.insert(id));
            }
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_reasoning::ReasoningOutset;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::JsonShape;
    use super::*;

    /// Vocabularies of every kind: bytes alone, tokens across borders of JSON, parts of characters, marks, blanks.
    fn tokens(pieces: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let known: [&[u8]; 22] = [
            b"{\"",
            b"\":",
            b"\", \"",
            b"\"],",
            b"[\"",
            b"\"}",
            b"\":\"",
            b"\": [\"",
            b"tie",
            b"both bad\"}",
            b"\"A",
            b"defects",
            b"_a\":",
            b" wheel",
            b"\xf0\x9f",
            b"\x98\x80",
            b"\xc3\xa9\"",
            b"</think>",
            b"</th",
            b"k>{\"",
            b"0.",
            b"\\\"",
        ];
        let bytes = (0..=255).map(|byte| vec![byte]);
        bytes.chain(known.map(<[u8]>::to_vec)).chain(pieces.iter().cloned()).collect()
    }

    fn vocabulary(tokens: &[Vec<u8>]) -> Arc<FormVocabulary> {
        let with_ids = (0..).zip(tokens).map(|(id, bytes)| (id, bytes.as_slice(), true)).collect();
        Arc::new(FormVocabulary::of(with_ids, tokens.len()))
    }

    fn field(key: &str, shape: JsonShape) -> (String, JsonShape) {
        (key.to_owned(), shape)
    }

    fn shapes() -> Vec<JsonShape> {
        let defects = || JsonShape::List { item: Box::new(JsonShape::Text { most: 12 }), least: 0, most: 3 };
        let words = ["A", "B", "tie", "both bad", "both"].map(str::to_owned).to_vec();
        let place = JsonShape::Either(vec![JsonShape::Area, JsonShape::Null]);
        let answer = |number| {
            let state = JsonShape::Word(vec!["met".to_owned(), "not-met".to_owned()]);
            JsonShape::Object(vec![
                field("item", JsonShape::Given(number)),
                field("answer", state),
                field("box", place.clone()),
            ])
        };
        let number = JsonShape::Number { digits: 3, decimals: 2, negative: true };
        let numbers = JsonShape::List { item: Box::new(number), least: 1, most: 4 };
        vec![
            JsonShape::Object(vec![
                field("defects_a", defects()),
                field("defects_b", defects()),
                field("better", JsonShape::Word(words)),
            ]),
            JsonShape::Object(vec![field("answers", JsonShape::Tuple(vec![answer(1), answer(2)]))]),
            JsonShape::Object(vec![field("numbers", numbers)]),
            JsonShape::Object(vec![field("é\"", JsonShape::Text { most: 0 })]),
        ]
    }

    /// Whether a value has a shape, told without the automaton.
    fn fits(value: &Value, shape: &JsonShape) -> bool {
        match shape {
            JsonShape::Object(fields) => value.as_object().is_some_and(|found| {
                found.len() == fields.len()
                    && found
                        .iter()
                        .zip(fields)
                        .all(|((key, value), (name, shape))| key == name && fits(value, shape))
            }),
            JsonShape::List { item, least, most } => value.as_array().is_some_and(|found| {
                (*least..=*most).contains(&found.len()) && found.iter().all(|value| fits(value, item))
            }),
            JsonShape::Tuple(items) => value.as_array().is_some_and(|found| {
                found.len() == items.len() && found.iter().zip(items).all(|(value, item)| fits(value, item))
            }),
            JsonShape::Text { most } => value.as_str().is_some_and(|text| text.len() <= usize::from(*most)),
            JsonShape::Word(words) => value.as_str().is_some_and(|word| words.iter().any(|one| one == word)),
            JsonShape::Number { digits, .. } => {
                value.as_f64().is_some_and(|number| number.abs() < 10_f64.powi(i32::from(*digits)))
            }
            JsonShape::Given(number) => value.as_u64() == Some(u64::from(*number)),
            JsonShape::Null => value.is_null(),
            JsonShape::Area => value.as_array().is_some_and(|found| {
                let sides: Vec<f64> = found.iter().filter_map(Value::as_f64).collect();
                let along = |at: usize| sides[at + 2] > 0.0 && sides[at] + sides[at + 2] <= 1.000_001;
                sides.len() == 4 && found.len() == 4 && along(0) && along(1)
            }),
            JsonShape::Either(shapes) => shapes.iter().any(|shape| fits(value, shape)),
        }
    }

    const THINK: ReasoningOutset =
        ReasoningOutset { open: Some("<think>"), optional: true, end: "</think>", between: "" };

    /// Any choice among what is allowed: the next of some numbers says which, and their rows come again.
    fn reply(guide: &mut FormGuide, tokens: &[Vec<u8>], choices: &[usize]) -> (Vec<u8>, usize) {
        let (mut reply, mut count) = (Vec::new(), 0);
        while !guide.is_over() {
            let allowed = guide.allowed();
            let ids: Vec<u32> = (0..tokens.len() as u32).filter(|&id| allowed.contains(id)).collect();
            assert!(!ids.is_empty(), "nothing may follow {}", String::from_utf8_lossy(&reply));
            let bytes = &tokens[ids[choices[count % choices.len()] % ids.len()] as usize];
            guide.take(bytes);
            reply.extend_from_slice(bytes);
            count += 1;
        }
        (reply, count)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn whatever_is_chosen_the_reply_has_its_shape_within_the_bound(
            which in 0..4_usize,
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..5), 0..20),
            spare in 0..160_usize,
            choices in prop::collection::vec(any::<usize>(), 1..60),
            reasons: bool,
            opened: bool,
        ) {
            let shape = &shapes()[which];
            let open = if opened { None } else { THINK.open };
            let outset = reasons.then_some(ReasoningOutset { open, optional: !opened, ..THINK });
            let form = ReplyForm::new(shape, outset.as_ref()).unwrap();
            let tokens = tokens(&pieces);
            let bound = form.closing(form.beginning()) + spare;
            let mut guide = FormGuide::new(form, vocabulary(&tokens), bound).unwrap();
            let (reply, count) = reply(&mut guide, &tokens, &choices);
            prop_assert!(count <= bound, "{count} of {bound} tokens");
            let begin = match reply.windows(8).position(|part| part == b"</think>") {
                Some(at) if opened && reasons || reply.starts_with(b"<think>") => at + 8,
                _ => 0,
            };
            let text = std::str::from_utf8(&reply[begin..]).unwrap();
            let value: Value = serde_json::from_str(text).unwrap();
            prop_assert!(fits(&value, shape), "{text}");
        }
    }

    /// The fast ways allow the same as the walk does, everywhere along a reply.
    #[test]
    fn a_string_and_a_reasoning_allow_what_walking_allows() {
        let tokens = tokens(&[]);
        for (shape, seed) in shapes().iter().zip(1_usize..) {
            let form = ReplyForm::new(shape, Some(&THINK)).unwrap();
            let mut guide = FormGuide::new(form, vocabulary(&tokens), 150).unwrap();
            let mut number = seed;
            while !guide.is_over() {
                let allowed = guide.allowed().clone();
                guide.allowed.clear();
                guide.allow_by_walking();
                assert_eq!(guide.allowed, allowed, "{:?}", guide.place);
                let ids: Vec<usize> = (0..tokens.len()).filter(|&id| allowed.contains(id as u32)).collect();
                number =
                    number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                guide.take(&tokens[ids[(number >> 33) % ids.len()]]);
            }
        }
    }

    /// Blanks, a letter, brackets, halves of characters, marks: what it prefers it says wherever it may.
    #[test]
    fn a_model_that_says_one_thing_for_ever_comes_to_the_end_in_form() {
        let tokens = tokens(&[]);
        let vocabulary = vocabulary(&tokens);
        let bytes = b" \n\tx\"\\{[,0-.\xf0\xc3".iter().map(|&byte| u32::from(byte));
        let favourites: Vec<u32> = bytes.chain(256..tokens.len() as u32).collect();
        for (shape, outset) in shapes().iter().flat_map(|shape| [(shape, None), (shape, Some(&THINK))]) {
            for &favourite in &favourites {
                let form = ReplyForm::new(shape, outset).unwrap();
                let bound = form.closing(form.beginning()) + 80;
                let mut guide = FormGuide::new(form, Arc::clone(&vocabulary), bound).unwrap();
                let (mut reply, mut count) = (Vec::new(), 0);
                while !guide.is_over() {
                    let allowed = guide.allowed();
                    let other = || allowed.first().expect("something may always follow");
                    let id = if allowed.contains(favourite) { favourite } else { other() };
                    guide.take(&tokens[id as usize]);
                    reply.extend_from_slice(&tokens[id as usize]);
                    count += 1;
                }
                let begin = match reply.windows(8).position(|part| part == b"</think>") {
                    Some(at) if reply.starts_with(b"<think>") => at + 8,
                    _ => 0,
                };
                let said = String::from_utf8_lossy(&reply).into_owned();
                let value: Value = serde_json::from_slice(&reply[begin..]).expect(&said);
                assert!(count <= bound && fits(&value, shape), "{count} of {bound}: {said}");
            }
        }
    }

    #[test]
    fn reasoning_that_is_told_to_end_ends_and_leaves_the_answer_its_room() {
        let tokens = tokens(&[]);
        let outset = ReasoningOutset { open: None, optional: false, ..THINK };
        let form = ReplyForm::new(&shapes()[0], Some(&outset)).unwrap();
        let mut guide = FormGuide::new(form, vocabulary(&tokens), 4000).unwrap();
        for _ in 0..100 {
            guide.take(b"x");
        }
        assert!(guide.in_reasoning());
        guide.end_reasoning();
        let (rest, count) = reply(&mut guide, &tokens, &[usize::MAX / 3]);
        let end = rest.windows(8).position(|part| part == b"</think>");
        assert!(end.is_some_and(|end| end < 40), "{}", String::from_utf8_lossy(&rest));
        assert!(rest.len() - end.unwrap() > 40 && count < 200, "{}", String::from_utf8_lossy(&rest));
    }

    #[test]
    fn what_cant_be_held_is_refused_in_words() {
        let fails = |shape| {
            let shape = JsonShape::Object(vec![field("it", shape)]);
            ReplyForm::new(&shape, None).unwrap_err().to_string()
        };
        assert_eq!(ReplyForm::new(&JsonShape::Null, None), Err(FormError::NotAnObject));
        let alike = vec![JsonShape::Text { most: 3 }, JsonShape::Word(vec!["a".to_owned()])];
        assert!(fails(JsonShape::Tuple(vec![JsonShape::Either(alike)])).contains("begin with '\"'"));
        assert!(fails(JsonShape::Tuple(vec![JsonShape::Word(Vec::new())])).contains("no way to be written"));

        let form = ReplyForm::new(&shapes()[0], None).unwrap();
        let few = vocabulary(&[b"{".to_vec()]);
        let error = FormGuide::new(form.clone(), few, 100).unwrap_err().to_string();
        assert!(error.contains("no token for '}' alone"), "{error}");
        let error = FormGuide::new(form, vocabulary(&tokens(&[])), 10).unwrap_err().to_string();
        assert!(error.contains("no more than 10"), "{error}");
    }
}
