//! The setup of a judge when it answered: a calibration tells of that and of nothing else that has the same name.

use pelicycle_record::{AskedRecord, EngineRecord, RequestRecord, TextRecord};

use crate::question::question;

/// The hash of the question's form (see [`question_form`]) for records that don't tell: the first that there was.
const FIRST_FORM: &str = "bcedc6beb8046ad78017beb13a820a6aaf1f5d19a6678ae757f6c2401d2df2be";

/// A judge's weights, eyes, settings and question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JudgeSetup {
    /// Hex BLAKE3 of a local model's file.
    weights: Option<String>,
    /// Hex BLAKE3 of its projector.
    projector: Option<String>,
    /// The settings of its requests without their seeds, as JSON.
    settings: String,
    /// The hash of the question's form: [`question_form`].
    question: String,
}

impl JudgeSetup {
    /// Of requests that go out with these settings and today's question.
    #[must_use]
    pub fn new(engine: Option<&EngineRecord>, request: &RequestRecord) -> JudgeSetup {
        JudgeSetup::with(engine, request, &question_form())
    }

    /// Of a request that was answered.
    #[must_use]
    pub fn of(asked: &AskedRecord) -> JudgeSetup {
        let form = asked.question_form.as_deref().unwrap_or(FIRST_FORM);
        JudgeSetup::with(asked.engine.as_ref(), &asked.request, form)
    }

    fn with(engine: Option<&EngineRecord>, request: &RequestRecord, form: &str) -> JudgeSetup {
        // Each request has a seed of its own.
        let mut request = RequestRecord { seed: None, run_seed: None, ..request.clone() };
        if engine.is_some() {
            // A local model knows no effort, though records of before say that it was asked with one.
            request.sampling.effort = None;
        }
        JudgeSetup {
            weights: engine.map(|engine| engine.hash.clone()),
            projector: engine.and_then(|engine| engine.projector.as_ref()).map(|eyes| eyes.hash.clone()),
            settings: serde_json::to_string(&request).unwrap_or_default(),
            question: form.to_owned(),
        }
    }
}

/// The hash of today's question, whatever prompt it quotes: hex BLAKE3 of the question without any.
#[must_use]
pub fn question_form() -> String {
    TextRecord::of(question("").as_bytes()).hash
}
