//! Which tokens may come in a form, and where the answer begins.

mod real_vocabularies;

mod error {
    pub(super) use pelicycle_engine::form::FormError;
}
mod shape {
    pub(super) use pelicycle_engine::form::JsonShape;
}
#[expect(unreachable_pub, reason = "the engine has more use for it")]
#[path = "../../src/form/automaton.rs"]
mod automaton;
#[expect(unreachable_pub, reason = "the engine has more use for it")]
#[path = "../../src/form/compile.rs"]
mod compile;
#[path = "../../src/form/guide.rs"]
mod guide;
#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/form/reader.rs"]
mod reader;
#[path = "../../src/form/string_bytes.rs"]
mod string_bytes;
#[path = "../../src/form/token_set.rs"]
mod token_set;
#[path = "../../src/form/vocabulary.rs"]
mod vocabulary;

use std::sync::Arc;

use automaton::{FormNode, FormPlace, ReplyForm};
use error::FormError;
use guide::FormGuide;
use pelicycle_reasoning::{ReasoningMarks, ReasoningOutset};
use proptest::prelude::*;
use reader::FormReader;
use serde_json::Value;
use shape::JsonShape;
use vocabulary::FormVocabulary;

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

/// The tokens that may come at a place by the rule itself, byte by byte and token by token: those that the form takes, after
/// which its end is still in reach, and in a reasoning the mark that ends it.
fn by_rule(
    form: &ReplyForm,
    place: FormPlace,
    tokens: &[Vec<u8>],
    left: usize,
    left_to_reason: usize,
) -> Vec<u32> {
    let mark_left = |place: FormPlace| match &form.nodes[place.node as usize] {
        FormNode::Free { mark, .. } => Some(mark.bytes.len() - usize::from(place.used)),
        _ => None,
    };
    let may_come = |bytes: &Vec<u8>| {
        form.after(place, bytes).is_some_and(|after| {
            let reasons_on =
                mark_left(place).is_none() || mark_left(after).is_none_or(|mark| mark < left_to_reason);
            form.closing(after) < left && reasons_on
        })
    };
    (0..).zip(tokens).filter(|(_, bytes)| may_come(bytes)).map(|(id, _)| id).collect()
}

/// The fast ways allow what the rule does, everywhere along a reply.
#[test]
fn a_string_and_a_reasoning_allow_what_their_rule_allows() {
    const BOUND: usize = 150;
    let tokens = tokens(&[]);
    for (shape, seed) in shapes().iter().zip(1_usize..) {
        let form = ReplyForm::new(shape, Some(&THINK)).unwrap();
        let mut guide = FormGuide::new(form.clone(), vocabulary(&tokens), BOUND).unwrap();
        // A quarter is kept for the answer.
        let (mut place, mut left, mut left_to_reason) = (form.beginning(), BOUND, BOUND - BOUND / 4);
        let mut number = seed;
        while !guide.is_over() {
            let allowed = guide.allowed();
            let ids: Vec<u32> = (0..tokens.len() as u32).filter(|&id| allowed.contains(id)).collect();
            assert_eq!(ids, by_rule(&form, place, &tokens, left, left_to_reason), "{place:?}");
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bytes = &tokens[ids[(number >> 33) % ids.len()] as usize];
            left_to_reason -= usize::from(guide.in_reasoning());
            left -= 1;
            place = form.after(place, bytes).unwrap();
            guide.take(bytes);
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

fn answer(outset: Option<(&str, &str)>, tokens: &[&str]) -> String {
    let shape = JsonShape::Object(vec![("a".to_owned(), JsonShape::Text { most: 40 })]);
    let outset =
        outset.and_then(|(template, prompt)| ReasoningMarks::of(template, |_| false).outset(prompt, None));
    let mut reader = FormReader::new(ReplyForm::new(&shape, outset.as_ref()).unwrap());
    let parts = tokens.iter().map(|token| reader.cut(token.as_bytes()).1.to_vec());
    String::from_utf8(parts.collect::<Vec<_>>().concat()).unwrap()
}

#[test]
fn the_answer_begins_with_the_object_behind_the_reasoning() {
    assert_eq!(answer(None, &["{\"a\"", ":\"</think>\"}"]), "{\"a\":\"</think>\"}");
    let qwen = Some(("{{ '<think>' }}", "assistant\n"));
    assert_eq!(answer(qwen, &["{\"a\":\"\"}"]), "{\"a\":\"\"}");
    let reasons = ["<think>", "{\"a\": 1}", "</thi", "nk>\n\n{", "\"a\":\"<think>\"}"];
    assert_eq!(answer(qwen, &reasons), "{\"a\":\"<think>\"}");
}

#[test]
fn the_trie_has_each_token_where_its_bytes_end() {
    let tokens: [&[u8]; 6] = [b"ab", b"a", b"abc", b"b", b"ab", b"\"]"];
    let tokens = (0..).zip(tokens).map(|(id, bytes)| (id, bytes, true)).collect();
    let made = FormVocabulary::of(tokens, 6);
    let mut found = Vec::new();
    let mut bytes = Vec::new();
    for (index, node) in made.trie.iter().enumerate() {
        bytes.truncate(usize::from(node.depth));
        bytes.push(node.byte);
        found.extend(made.tokens_at(index).iter().map(|id| (bytes.clone(), *id)));
    }
    let expected: [(&[u8], u32); 6] =
        [(b"\"]", 5), (b"a", 1), (b"ab", 0), (b"ab", 4), (b"abc", 2), (b"b", 3)];
    assert_eq!(found, expected.map(|(bytes, id)| (bytes.to_vec(), id)));
    assert_eq!(made.content.len(), 5);
    assert_eq!((made.closing.len(), made.closing[0].id), (1, 5));
    assert!(made.has_byte(b'a') && !made.has_byte(b'c') && !made.finishes_characters());
}
