//! One question about two pictures, asked and answered.

use pelicycle_judge::{question_form, read_reply};
use pelicycle_provider::ReplyRequest;
use pelicycle_record::{AskedRecord, EngineRecord, Outcome, Preference, RequestRecord, TextRecord};

use super::ModelJudge;
use super::answer_shape::preference_shape;
use crate::ask::{AnsweredRequest, RequestContext};
use crate::spending::Spending;
use crate::{RunError, StopSignal};

/// Tokens around the question, at most.
pub(super) const AROUND: u64 = 1_000;

/// The question, and what is shown with it.
pub(super) struct ComparisonRequest<'a> {
    pub(super) judge: &'a ModelJudge,
    pub(super) prompt_id: &'a str,
    pub(super) question: &'a str,
    /// As PNG.
    pub(super) pictures: &'a [Vec<u8>; 2],
}

/// The answer to it.
pub(super) struct ComparisonAnswer {
    /// None where the reply named no choice.
    pub(super) preference: Option<Preference>,
    pub(super) seconds: f64,
    pub(super) asked: AskedRecord,
    /// The reply, byte for byte.
    pub(super) reply: Option<Vec<u8>>,
}

impl ComparisonRequest<'_> {
    /// Asks; none where the judge was not asked, or not to the end.
    pub(super) async fn ask(
        &self,
        spending: &Spending,
        stop: &StopSignal,
    ) -> Result<Option<ComparisonAnswer>, RunError> {
        let settings = self.judge.settings()?;
        let backend = self.judge.backend(preference_shape);
        let input = self.question.len() as u64 + AROUND + 2 * self.judge.most_picture_tokens();
        // Whoever set a bound was told before of what has no price.
        let most = backend.tariff.most_after(input, &settings.sampling, false).unwrap_or(0.0);
        let request = || ReplyRequest {
            prompt_id: self.prompt_id.to_owned(),
            earlier: Vec::new(),
            prompt: self.question.to_owned(),
            pictures: self.pictures.to_vec(),
            sample: 1,
            settings: settings.clone(),
        };
        let asking = RequestContext { backend: &backend, spending, stop };
        let asked = asking.ask(request, most, |_| {}).await;
        let Some(asked) = asked.filter(|asked| asked.answer.done.outcome != Outcome::Cancelled) else {
            return Ok(None);
        };
        let engine = self.judge.engine().await?;
        Ok(Some(self.answered(asked, settings, engine)))
    }

    fn answered(
        &self,
        asked: AnsweredRequest,
        request: RequestRecord,
        engine: Option<EngineRecord>,
    ) -> ComparisonAnswer {
        let AnsweredRequest { answer, cost, .. } = asked;
        let reading = read_reply(&answer.text);
        let preference = reading.as_ref().map(|reading| reading.preference);
        let seconds = answer.total().as_secs_f64();
        let reply = (!answer.text.is_empty()).then(|| answer.text.into_bytes());
        let asked = AskedRecord {
            question: TextRecord::of(self.question.as_bytes()),
            question_form: Some(question_form()),
            pictures: self.pictures.each_ref().map(|png| TextRecord::of(png)),
            request,
            outcome: answer.done.outcome,
            error: answer.done.error,
            defects: reading.map(|reading| reading.defects),
            usage: answer.account.usage,
            cost,
            served: answer.account.served,
            service: answer.account.service,
            engine,
            reply: reply.as_deref().map(TextRecord::of),
        };
        ComparisonAnswer { preference, seconds, asked, reply }
    }
}
