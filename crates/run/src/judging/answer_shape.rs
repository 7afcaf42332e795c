//! The shapes that the answers of a local model are held to: what the questions ask for, so that every reply can be read.

use pelicycle_engine::form::JsonShape;

/// Defects of a drawing that it may list: each costs time, and the worst come first.
const DEFECTS: usize = 6;
/// Bytes of one of them.
const DEFECT: u16 = 160;

/// The shape of an answer to the question about two drawings.
pub(super) fn preference_shape() -> JsonShape {
    let defects =
        || JsonShape::List { item: Box::new(JsonShape::Text { most: DEFECT }), least: 0, most: DEFECTS };
    object([
        ("defects_a", defects()),
        ("defects_b", defects()),
        ("better", words(&["A", "B", "tie", "both bad"])),
    ])
}

/// The shape of an answer to the question about a drawing and so many items of a rubric.
pub(super) fn rubric_shape(items: usize) -> JsonShape {
    let answer = |number| {
        object([
            ("item", JsonShape::Given(number)),
            ("answer", words(&["met", "not-met", "cant-tell"])),
            ("box", JsonShape::Either(vec![JsonShape::Area, JsonShape::Null])),
        ])
    };
    object([("answers", JsonShape::Tuple((1..).take(items).map(answer).collect()))])
}

fn object<const N: usize>(fields: [(&str, JsonShape); N]) -> JsonShape {
    JsonShape::Object(fields.into_iter().map(|(key, shape)| (key.to_owned(), shape)).collect())
}

fn words(words: &[&str]) -> JsonShape {
    JsonShape::Word(words.iter().map(|word| (*word).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use pelicycle_engine::Engine;
    use pelicycle_engine::chat::ChatMessage;
    use pelicycle_engine::sample::Sampling;
    use pelicycle_judge::{read_reply, read_rubric_reply};

    use super::*;

    #[test]
    fn whatever_a_model_is_like_its_answers_are_read() {
        // It knows nothing but drawing.
        let engine = Engine::bundled().unwrap();
        let messages = [ChatMessage::user("Which is better?")];
        let items: Vec<String> = (0..9).map(|n| format!("item {n}")).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let ask = |shape, seed, max_tokens| {
            let sampling = Sampling { temperature: 2.0, seed, ..Sampling::default() };
            engine
                .chat(&messages)
                .sampling(sampling)
                .max_tokens(max_tokens)
                .shape(shape)
                .reply()
                .unwrap()
                .text
        };
        for seed in 0..2 {
            // Long, and with hardly any room.
            for most in [400, 60] {
                let reply = ask(preference_shape(), seed, most);
                assert!(read_reply(&reply).is_some(), "{reply}");
            }
            for count in [1, 3, 9] {
                let reply = ask(rubric_shape(count), seed, 130 * count);
                assert!(read_rubric_reply(&reply, &items[..count]).is_some(), "{reply}");
            }
        }
    }
}
