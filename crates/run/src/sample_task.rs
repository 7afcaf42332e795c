//! One sample on its way: its first attempt, and the looks after it.

use std::sync::Arc;

use pelicycle_provider::ReplyRequest;
use pelicycle_record::{Attempt, RunRecord};

use crate::ask::{RequestContext, RequestNews};
use crate::first_attempts::{FirstAttempt, FirstAttempts};
use crate::look_chain::{LookChain, LookDrawing, ShownPicture};
use crate::run_context::{ProgressListener, tell};
use crate::spending::Spending;
use crate::{Backend, PlanCell, PlannedLooks, RunContext, RunError, RunProgress, StopSignal};

/// A sample, and all that its requests need.
pub(crate) struct SampleTask {
    /// The first attempt.
    pub(crate) cell: PlanCell,
    pub(crate) run: Arc<RunRecord>,
    pub(crate) backend: Backend,
    pub(crate) spending: Arc<Spending>,
    /// The first attempts that looks wait for, where they do.
    pub(crate) firsts: Option<FirstAttempts>,
    pub(crate) context: RunContext,
    pub(crate) stop: StopSignal,
    pub(crate) listener: ProgressListener,
}

/// An attempt that is kept.
pub(crate) struct KeptAttempt {
    pub(crate) attempt: Attempt,
    /// The drawing that it made, where that has a picture.
    pub(crate) shown: Option<LookDrawing>,
}

impl SampleTask {
    /// Asks for the first attempt, and then for looks.
    pub(crate) async fn carry_out(self: Arc<Self>, waiting: FirstAttempt) -> Result<(), RunError> {
        let Some(first) = self.ask(None, Some(waiting)).await? else { return Ok(()) };
        let bound = self.run.contestants[self.cell.contestant].looks;
        match LookChain::after(&first.attempt, first.shown, bound) {
            Some(chain) => self.look(chain).await,
            None => Ok(()),
        }
    }

    /// Asks for the looks that are left after a first attempt which is there.
    pub(crate) async fn take_up(self: Arc<Self>, planned: PlannedLooks) -> Result<(), RunError> {
        let PlannedLooks { first, next, parent, .. } = planned;
        let bound = self.run.contestants[self.cell.contestant].looks;
        match LookDrawing::kept(parent) {
            Some(shown) => self.look(LookChain { first, bound, next, shown }).await,
            None => Ok(()),
        }
    }

    async fn look(self: Arc<Self>, mut chain: LookChain) -> Result<(), RunError> {
        if let Some(firsts) = &self.firsts
            && self.stop.unless(firsts.sent()).await.is_none()
        {
            return Ok(());
        }
        while !self.stop.asked() {
            let Some(kept) = self.ask(Some(&chain), None).await? else { break };
            match chain.follow(&kept.attempt, kept.shown) {
                Some(next) => chain = next,
                None => break,
            }
        }
        Ok(())
    }

    /// Asks for the first attempt or the next look, and keeps what comes of it; none where it was not sent.
    async fn ask(
        self: &Arc<Self>,
        look: Option<&LookChain>,
        mut waiting: Option<FirstAttempt>,
    ) -> Result<Option<KeptAttempt>, RunError> {
        let cell = look.map_or(self.cell, |look| self.cell.look(look.next));
        let settings = cell.settings(&self.run);
        let prompt = &self.run.prompts[cell.prompt];
        let tariff = &self.backend.tariff;
        let most = match look {
            None => tariff.most(&prompt.text, &settings.sampling, false),
            Some(look) => {
                let bound = tariff.bound_on_reply(&settings.sampling);
                tariff.most_after(look.most_input(&self.run, cell, bound), &settings.sampling, false)
            }
        };
        let asking = RequestContext { backend: &self.backend, spending: &self.spending, stop: &self.stop };
        // Whoever set a bound was told before the run of what has no price.
        let Some(turn) = asking.turn(most.unwrap_or(0.0)).await else { return Ok(None) };
        let picture = match look {
            None => None,
            Some(look) => match self.picture(look).await? {
                Ok(picture) => Some(picture),
                Err(why) => {
                    turn.give_back();
                    tell(&self.listener, RunProgress::Unshown { cell, why: &why });
                    return Ok(None);
                }
            },
        };
        let request = match &picture {
            None => ReplyRequest {
                prompt_id: prompt.id.clone(),
                earlier: Vec::new(),
                prompt: prompt.text.clone(),
                pictures: Vec::new(),
                sample: cell.sample,
                settings: settings.clone(),
            },
            Some(picture) => LookChain::request(picture, &self.run, cell, settings.clone()),
        };
        let news = |news| {
            drop(waiting.take());
            let news = match news {
                RequestNews::Sent => RunProgress::Asked(cell),
                RequestNews::More { tokens, bytes } => RunProgress::More { cell, tokens, bytes },
            };
            tell(&self.listener, news);
        };
        let asked = turn.send(request, news).await;
        let look = look.zip(picture.as_deref()).map(|(look, picture)| look.record(picture));
        let task = Arc::clone(self);
        let kept = tokio::task::spawn_blocking(move || task.keep(cell, asked, settings, look)).await??;
        Ok(Some(kept))
    }

    /// The picture that the next look shows; the error has words.
    async fn picture(&self, look: &LookChain) -> Result<Result<Arc<ShownPicture>, String>, RunError> {
        let (store, shown) = (self.context.store.clone(), look.shown.clone());
        Ok(tokio::task::spawn_blocking(move || shown.picture(&store)).await?)
    }
}
