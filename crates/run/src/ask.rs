//! Asking: a request waits for its turn and for money, is sent, listened to and paid for.

use pelicycle_provider::{Permit, ReplyRequest};
use pelicycle_record::{CostRecord, ReplyOrigin, Usage};

use crate::energy::MeteredRequest;
use crate::reply_accumulator::ReplyAccumulator;
use crate::spending::{Reservation, Spending};
use crate::{Backend, ResourceUse, StopSignal};

/// The means by which a request is carried out: the backend that answers, the spending that pays for it, and the wish
/// to end early.
#[derive(Clone, Copy)]
pub(crate) struct RequestContext<'a> {
    pub(crate) backend: &'a Backend,
    pub(crate) spending: &'a Spending,
    pub(crate) stop: &'a StopSignal,
}

/// News of a request under way.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RequestNews {
    /// It is sent now.
    Sent,
    /// More of its reply came.
    More { tokens: u32, bytes: usize },
}

/// A request that was sent and is over.
#[derive(Debug)]
pub(crate) struct AnsweredRequest {
    pub(crate) answer: ReplyAccumulator,
    pub(crate) cost: Option<CostRecord>,
    /// Joules that this machine took for it.
    pub(crate) joules: Option<f64>,
}

/// A request whose turn has come, with the money for it set aside.
pub(crate) struct RequestTurn<'a> {
    asking: RequestContext<'a>,
    permit: Permit,
    reserved: Reservation<'a>,
}

impl<'a> RequestContext<'a> {
    /// Asks, once it is the request's turn and the `most` that it may cost is sure to be there. `None` where the stop or
    /// the bound on the cost kept it from being sent; a stop after that breaks it off, and what came is kept.
    pub(crate) async fn ask(
        self,
        request: impl FnOnce() -> ReplyRequest,
        most: f64,
        tell: impl FnMut(RequestNews),
    ) -> Option<AnsweredRequest> {
        let turn = self.turn(most).await?;
        Some(turn.send(request(), tell).await)
    }

    /// Waits for a request's turn, and for the `most` that it may cost. `None` as of [`RequestContext::ask`].
    pub(crate) async fn turn(self, most: f64) -> Option<RequestTurn<'a>> {
        let permit = self.stop.unless(self.backend.provider.queue().acquire()).await?;
        let reserved = self.stop.unless(self.reserve(most)).await??;
        Some(RequestTurn { asking: self, permit, reserved })
    }

    async fn reserve(self, most: f64) -> Option<Reservation<'a>> {
        match self.backend.provider.origin() {
            ReplyOrigin::Asked => self.spending.reserve(most).await,
            // The reply is there, and paid for where it was to be paid for.
            ReplyOrigin::Given | ReplyOrigin::Batch | ReplyOrigin::Imported => Some(Reservation::nothing()),
        }
    }

    async fn listen(
        &self,
        request: ReplyRequest,
        metered: Option<&MeteredRequest<'_>>,
        mut tell: impl FnMut(RequestNews),
    ) -> ReplyAccumulator {
        let mut answer = ReplyAccumulator::begin();
        let mut events = self.backend.provider.ask(request);
        loop {
            match self.stop.unless(events.recv()).await {
                None => {
                    answer.interrupt();
                    return answer;
                }
                Some(None) => {
                    answer.end();
                    return answer;
                }
                Some(Some(event)) => {
                    metered.inspect(|metered| metered.tick());
                    if let Some((tokens, bytes)) = answer.hear(event) {
                        tell(RequestNews::More { tokens, bytes });
                    }
                }
            }
        }
    }

    fn cost(&self, answer: &ReplyAccumulator, joules: Option<f64>) -> Option<CostRecord> {
        self.backend.tariff.record(ResourceUse {
            usage: &answer.account.usage,
            reported: answer.account.service.as_ref().and_then(|service| service.cost),
            joules,
            batch: self.backend.provider.origin() == ReplyOrigin::Batch,
        })
    }
}

impl RequestTurn<'_> {
    /// Sends the request and listens to the end, or to a stop.
    pub(crate) async fn send(
        self,
        request: ReplyRequest,
        mut tell: impl FnMut(RequestNews),
    ) -> AnsweredRequest {
        let RequestTurn { asking, permit, reserved } = self;
        let metered = asking.spending.meter(&asking.backend.tariff);
        tell(RequestNews::Sent);
        let answer = asking.listen(request, metered.as_ref(), tell).await;
        let joules = metered.and_then(MeteredRequest::end);
        drop(permit);
        let cost = asking.cost(&answer, joules);
        // A request that failed before anything came of it is charged by nobody.
        let free = !answer.has_reply() && cost.is_none() && answer.account.usage == Usage::default();
        reserved.settle(if free { Some(0.0) } else { cost.as_ref().map(|cost| cost.usd) });
        AnsweredRequest { answer, cost, joules }
    }

    /// Lets others have the turn: nothing is sent.
    pub(crate) fn give_back(self) {
        self.reserved.settle(Some(0.0));
    }
}
