//! Secrets over the parts of a reply, wherever it is cut.

use pelicycle_secrets::MAX_HELD;
use pelicycle_testkit::clothes::{KEY, clothes};
use proptest::prelude::*;

use super::TextPart::{Answer, Reasoning};
use super::*;

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
            let pieces = [(first, "it is"), (second, "a sk-pl"), (first, blank), (first, "anted-5f0c2a91 b")];
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
        (vec![(Answer, format!("{second} x")), (Reasoning, format!("{second} b"))], "a 🚲 b", "\u{fffd} x"),
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
