//! From an answered request to the attempt that is kept.

use pelicycle_drawing::tool;
use pelicycle_record::{
    Attempt, EngineRecord, Id, Inspection, LookRecord, RequestRecord, SCHEMA_VERSION, TextRecord,
};
use pelicycle_store::AttemptFiles;

use crate::ask::AnsweredRequest;
use crate::look::looks_left;
use crate::look_chain::{LookDrawing, ShownPicture};
use crate::reply_accumulator::ReplyAccumulator;
use crate::run_context::tell;
use crate::sample_task::{KeptAttempt, SampleTask};
use crate::{FinishedAttempt, PlanCell, RunError, RunProgress, host};

/// The outcome of checking a reply.
struct CheckedReply {
    inspection: Option<Inspection>,
    unchecked: Option<String>,
}

impl SampleTask {
    /// Checks and writes what came of a request.
    pub(crate) fn keep(
        &self,
        cell: PlanCell,
        asked: AnsweredRequest,
        settings: RequestRecord,
        look: Option<LookRecord>,
    ) -> Result<KeptAttempt, RunError> {
        let answer = &asked.answer;
        let engine = self.backend.provider.engine().map_err(RunError::EngineRecord)?;
        // Eyes that are open were of no use to a first attempt.
        let engine = engine
            .map(|engine| EngineRecord { projector: engine.projector.filter(|_| look.is_some()), ..engine });
        let CheckedReply { inspection, unchecked } = self.check(cell, answer);
        let verdict = inspection.as_ref().map(|inspection| inspection.check.verdict);
        let look = look.map(|look| LookRecord {
            done: LookRecord::says_done(&answer.text, answer.done.outcome, verdict),
            ..look
        });
        let timeline = answer.timeline.text();
        let counts = answer.account.experts.as_ref().map(|taken| taken.counts.to_png());
        let files = AttemptFiles {
            experts: counts.as_deref(),
            ..files(answer, inspection.as_ref(), timeline.as_deref())
        };
        let mut attempt = self.attempt(cell, &asked, settings, engine, inspection.as_ref(), &files)?;
        attempt.look = look;
        attempt.unchecked = unchecked;
        let folder = self.context.store.write(&attempt, &files)?;
        tell(
            &self.listener,
            RunProgress::Finished(FinishedAttempt {
                cell,
                id: attempt.id.as_str(),
                look: attempt.look.as_ref(),
                looks_left: looks_left(&attempt, self.run.contestants[cell.contestant].looks),
                outcome: attempt.outcome,
                error: attempt.error.as_deref(),
                verdict,
                unchecked: attempt.unchecked.as_deref(),
                tokens: attempt.usage.output,
                tokens_per_second: attempt.speed(),
                elapsed: answer.total(),
                cost: attempt.cost.as_ref().map(|cost| cost.usd),
                png: files.png,
                folder,
            }),
        );
        let reply = asked.answer.text;
        let png = inspection.and_then(|drawn| drawn.png);
        let shown = png.map(|png| LookDrawing::at_hand(&attempt, ShownPicture { reply, png }));
        Ok(KeptAttempt { attempt, shown })
    }

    /// A reply that could not be checked is kept all the same; what is wrong with this machine is told.
    fn check(&self, cell: PlanCell, answer: &ReplyAccumulator) -> CheckedReply {
        let inspect = || {
            let (text, thinking) = (answer.text.as_bytes(), answer.reasoning.as_bytes());
            self.context.pool.inspect_thought(text, thinking, self.run.prompts[cell.prompt].raster)
        };
        match answer.has_reply().then(inspect).transpose() {
            Ok(inspection) => CheckedReply { inspection, unchecked: None },
            Err(worker) => CheckedReply { inspection: None, unchecked: Some(worker.to_string()) },
        }
    }

    fn attempt(
        &self,
        cell: PlanCell,
        asked: &AnsweredRequest,
        settings: RequestRecord,
        engine: Option<EngineRecord>,
        inspection: Option<&Inspection>,
        files: &AttemptFiles<&[u8]>,
    ) -> Result<Attempt, RunError> {
        let answer = &asked.answer;
        let mut contestant = self.run.contestants[cell.contestant].record.clone();
        contestant.served.clone_from(&answer.account.served);
        let mut service = answer.account.service.clone();
        if let Some(service) = &mut service {
            service.request = files.request.map(TextRecord::of);
        }
        Ok(Attempt {
            schema: SCHEMA_VERSION,
            id: Id::at(answer.started())?,
            run: self.run.id.clone(),
            tool: tool(),
            host: host::host(),
            prompt: self.run.prompts[cell.prompt].clone(),
            contestant,
            sample: cell.sample,
            look: None,
            request: settings,
            outcome: answer.done.outcome,
            error: answer.done.error.clone(),
            origin: self.backend.provider.origin(),
            import: None,
            usage: answer.account.usage.clone(),
            cost: asked.cost.clone(),
            joules: asked.joules,
            timing: answer.timing(self.backend.provider.origin()),
            engine,
            service,
            experts: answer.account.experts.as_ref().zip(files.experts).map(|(taken, png)| taken.record(png)),
            reply: files.reply.map(TextRecord::of),
            thinking: files.thinking.map(TextRecord::of),
            timeline: files.timeline.map(TextRecord::of),
            check: inspection.map(|inspection| inspection.check.clone()),
            unchecked: None,
            rechecked: None,
        })
    }
}

fn files<'a>(
    answer: &'a ReplyAccumulator,
    inspection: Option<&'a Inspection>,
    timeline: Option<&'a [u8]>,
) -> AttemptFiles<&'a [u8]> {
    AttemptFiles {
        request: answer.body.as_deref(),
        timeline,
        reply: answer.has_reply().then_some(answer.text.as_bytes()),
        thinking: (!answer.reasoning.is_empty()).then_some(answer.reasoning.as_bytes()),
        ..inspection.map(AttemptFiles::drawn).unwrap_or_default()
    }
}
