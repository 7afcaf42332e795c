//! Pictures in conversations: prompts, replies alone and in company, and what is refused.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::gguf::{Gguf, MetadataValue};
use pelicycle_engine::vision::{Picture, PictureLimits, PictureProgress, Projector};
use pelicycle_engine::{
    ChatProgress, Engine, EngineError, EngineOptions, GenerationEvent, GenerationRequest, RenderedPrompt,
    Session, Speculation,
};

use crate::support::parts::Parts;
use crate::support::shared;

/// Knows of pictures, in the way of Qwen's.
const KNOWS: &str = "{% for m in messages %}{{ m.role }}:{% if m.content is string %}{{ m.content }}{% else %}\
    {% for part in m.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>\
    {% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}\n{% endfor %}";
/// Knows of text alone.
const KNOWS_NOT: &str = "{% for m in messages %}{{ m.role }}:{{ m.content }}\n{% endfor %}";

fn file(name: &str) -> Option<PathBuf> {
    Some(shared()?.join(format!("vision/models/{name}.gguf")))
}

fn engine(name: &str, template: &str, parallel: usize) -> Option<Engine> {
    let mut parts = Parts::of(&Gguf::open(&file(&format!("{name}.f16"))?).unwrap());
    parts.set("tokenizer.chat_template", Some(MetadataValue::String(template.into())));
    let options = EngineOptions {
        threads: Some(1),
        parallel,
        projector: file(&format!("mmproj-{name}.f16")),
        picture_limits: PictureLimits {
            min_pixels: Some(4096),
            token_budget: Some(70),
            ..PictureLimits::default()
        },
        // In company guesses are made too, and change nothing.
        speculation: if parallel > 1 { Speculation::Always } else { Speculation::Off },
        ..EngineOptions::default()
    };
    Some(Engine::new(Gguf::from_bytes(&parts.file()).unwrap(), &options).unwrap())
}

fn picture(shade: u8) -> Picture {
    let pixel = |i: u32| [shade, (i * 3 % 256) as u8, (i / 64) as u8];
    Picture::from_rgb(96, 64, (0..96 * 64).flat_map(pixel).collect()).unwrap()
}

fn question(shade: u8, text: &str) -> [ChatMessage; 1] {
    [ChatMessage::user(vec![picture(shade).into(), text.into()])]
}

/// The tokens of an answer, each the best.
fn answer(engine: &Engine, prompt: &RenderedPrompt) -> mpsc::Receiver<u32> {
    let (send, answered) = mpsc::channel();
    let (tokens, pictures) = (prompt.tokens.clone(), prompt.pictures.clone());
    let mut request = GenerationRequest { tokens, pictures, max_tokens: 8, ..GenerationRequest::default() };
    request.sampling.temperature = 0.0;
    let on_event = move |event| match event {
        GenerationEvent::Token { id, .. } => {
            send.send(id).map_or(ControlFlow::Break(()), ControlFlow::Continue)
        }
        GenerationEvent::Looking(_) | GenerationEvent::Started | GenerationEvent::Finished { .. } => {
            ControlFlow::Continue(())
        }
    };
    engine.submit(request, on_event).unwrap();
    answered
}

#[test]
fn a_picture_takes_its_tokens_in_the_way_of_its_family() {
    let three = |name: &str, template: &str| {
        let engine = engine(name, template, 1)?;
        let prompt = engine.prompt(&question(9, "What?"), None).unwrap();
        let text = engine.tokenizer().decode(&prompt.tokens);
        Some((prompt, String::from_utf8(text).unwrap()))
    };
    for template in [KNOWS, KNOWS_NOT] {
        let Some((prompt, text)) = three("qwen35-vl", template) else { return };
        let placed = &prompt.pictures[0];
        assert_eq!((placed.tokens, placed.columns, placed.first_row), (6, 3, 0));
        let marks = "<|image_pad|>".repeat(6);
        assert_eq!(text.trim_end(), format!("user:<|vision_start|>{marks}<|vision_end|>What?"));
        assert!(
            prompt.tokens[placed.begin..placed.end()].iter().all(|&id| id == prompt.tokens[placed.begin])
        );
    }
    let (prompt, text) = three("gemma3-vl", KNOWS_NOT).unwrap();
    assert_eq!(prompt.pictures[0].tokens, 16);
    assert!(text.contains("user:\n\n<start_of_image>") && text.contains("<end_of_image>\n\nWhat?"), "{text}");
    let (prompt, text) = three("gemma4-moe-vl", KNOWS_NOT).unwrap();
    assert_eq!(prompt.pictures[0].tokens, 60);
    assert!(text.contains("user:<|image>") && text.contains("<image|>What?"), "{text}");
    let (prompt, text) = three("mistral3-vl", KNOWS_NOT).unwrap();
    let line = "[IMG]".repeat(4);
    assert!(text.contains(&format!("user:{line}[IMG_BREAK]{line}[IMG_BREAK]{line}[IMG_END]What?")), "{text}");
    assert_eq!(prompt.pictures.iter().map(|placed| placed.first_row).collect::<Vec<_>>(), [0, 4, 8]);
}

#[test]
fn answers_about_pictures_are_the_same_alone_and_in_company_and_of_a_session() {
    for name in ["qwen35-vl", "qwen3vl", "gemma3-vl"] {
        let (Some(alone), Some(together)) = (engine(name, KNOWS_NOT, 1), engine(name, KNOWS_NOT, 4)) else {
            return;
        };
        // Two questions about one picture share its rows, and the third has another picture in the same place.
        let prompts: Vec<RenderedPrompt> =
            [(9, "What? What?"), (9, "Why is it? Why is it?"), (200, "What? What?")]
                .iter()
                .map(|&(shade, text)| alone.prompt(&question(shade, text), None).unwrap())
                .collect();
        let singly: Vec<Vec<u32>> =
            prompts.iter().map(|prompt| answer(&alone, prompt).iter().collect()).collect();
        let waiting: Vec<_> = prompts.iter().map(|prompt| answer(&together, prompt)).collect();
        let jointly: Vec<Vec<u32>> = waiting.into_iter().map(|tokens| tokens.iter().collect()).collect();
        assert_eq!(singly, jointly, "{name}");

        let projector = alone.projector().unwrap();
        for (prompt, answered) in prompts.iter().zip(&singly) {
            let mut session = Session::new(alone.model());
            for placed in &prompt.pictures {
                let rows = projector.encode(alone.model(), &placed.picture).unwrap();
                session.show(placed.clone(), Arc::new(rows)).unwrap();
            }
            let greedy = session.greedy(&prompt.tokens, 8).unwrap();
            assert_eq!(&greedy[..answered.len()], answered, "{name}");
        }
        assert_ne!(singly[0], singly[2], "{name}: another picture has another answer");
    }
}

/// Asks, and tells of each look until `most` of them; the last came when the request was over.
fn looks(engine: &Engine, messages: &[ChatMessage], most: usize) -> Vec<PictureProgress> {
    let (send, looked) = mpsc::channel();
    let mut left = most;
    let on_event = move |event| {
        if let ChatProgress::Looking(progress) = event {
            left -= 1;
            send.send(progress).unwrap();
        }
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    engine.chat(messages).max_tokens(2).start(on_event).unwrap();
    looked.iter().collect()
}

#[test]
fn a_picture_is_encoded_once_for_all_who_ask_about_it_and_encoding_is_broken_off_within_a_layer() {
    let Some(engine) = engine("qwen35-vl", KNOWS_NOT, 4) else { return };
    let encoded = || engine.projector().unwrap().encoded();
    let both =
        |a, b, text: &str| [ChatMessage::user(vec![picture(a).into(), picture(b).into(), text.into()])];
    // Both ways round, one after the other and at once, and one by one.
    let told = looks(&engine, &both(1, 2, "Which?"), usize::MAX);
    assert_eq!(encoded(), 2);
    let layers = told[0].layers;
    assert!(told.len() > 4 * layers, "it is told within layers: {told:?}");
    assert!(told.iter().any(|progress| progress.done == layers));
    let asked: Vec<mpsc::Receiver<u32>> = [both(2, 1, "Which?"), both(1, 2, "Which?"), both(1, 2, "Why?")]
        .iter()
        .map(|messages| answer(&engine, &engine.prompt(messages, None).unwrap()))
        .collect();
    assert!(asked.iter().all(|answered| answered.iter().count() > 0));
    for item in ["Wheels?", "A beak?"] {
        assert!(looks(&engine, &question(1, item), usize::MAX).is_empty(), "it was seen before");
    }
    assert_eq!(encoded(), 2);
    // Somebody stops listening in the middle of the first layer.
    let told = looks(&engine, &question(3, "What?"), 3);
    assert_eq!((told.len(), told[2].done, encoded()), (3, 0, 2));
    assert!(looks(&engine, &question(3, "What?"), usize::MAX).len() > layers, "it begins anew");
    assert_eq!(encoded(), 3);
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let Some(engine) = engine("qwen35-vl", KNOWS_NOT, 1) else { return };
    let words = |messages: &[ChatMessage]| engine.prompt(messages, None).unwrap_err().to_string();
    let error = words(&question(1, "Is <|image_pad|> a mark?"));
    assert!(error.contains("holds <|image_pad|>"), "{error}");
    let thin = Picture::from_rgb(1, 201, vec![0; 603]).unwrap();
    let error = words(&[ChatMessage::user(thin)]);
    assert!(error.contains("1 × 201") && error.contains("200 times"), "{error}");

    let prompt = engine.prompt(&question(1, "What?"), None).unwrap();
    let refused = |change: &dyn Fn(&mut GenerationRequest)| {
        let (tokens, pictures) = (prompt.tokens.clone(), prompt.pictures.clone());
        let mut request =
            GenerationRequest { tokens, pictures, max_tokens: 1, ..GenerationRequest::default() };
        change(&mut request);
        engine.submit(request, |_| ControlFlow::Break(())).unwrap_err()
    };
    let end = prompt.pictures[0].end();
    let changes: [fn(&mut GenerationRequest); 4] = [
        |request| request.pictures[0].tokens = usize::MAX,
        |request| request.pictures[0].columns = 2,
        |request| request.pictures.push(request.pictures[0].clone()),
        |request| request.pictures[0].tokens = 0,
    ];
    for error in changes.iter().map(|change| refused(change)).chain([refused(&|r| r.tokens.truncate(end))]) {
        assert!(matches!(error, EngineError::Misplaced { .. }), "{error}");
    }

    let other = Projector::open(&file("mmproj-gemma3-vl.f16").unwrap(), PictureLimits::default()).unwrap();
    let error = other.check_model(engine.model()).unwrap_err().to_string();
    assert!(error.contains("gemma3 goes with gemma3") && error.contains("qwen35"), "{error}");
    let deep = Projector::open(&file("mmproj-qwen3vl.f16").unwrap(), PictureLimits::default()).unwrap();
    let error = deep.check_model(engine.model()).unwrap_err().to_string();
    assert!(error.contains("2 layers") && error.contains("in 0"), "{error}");
}
