//! Carries a plan out: asks, checks, keeps, each sample as soon as it is over.

use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

use crate::first_attempts::FirstAttempts;
use crate::run_context::{ProgressListener, tell};
use crate::sample_task::SampleTask;
use crate::spending::Spending;
use crate::{Backend, PlanCell, RunContext, RunError, RunPlan, RunProgress, StopSignal};

/// The outcome of a run that kept all its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RunEnd {
    /// US dollars spent, where the bound on them kept something from being asked.
    pub over_budget: Option<f64>,
}

/// Asks for every cell of the plan and for the looks after it: `backends[i]` answers for the run's contestant `i`, and is there
/// where the plan needs it. No request is sent that could bring the cost over `max_cost` US dollars; under such a bound looks
/// begin when all first attempts were sent. A kept drawing that can't be shown ends its sample's looks alone, and is told. Returns when all
/// are over, or when what was under way after `stop` is kept.
///
/// # Errors
/// When attempts can't be kept any more; the run ends there.
pub async fn execute(
    plan: RunPlan,
    backends: Vec<Option<Backend>>,
    max_cost: Option<f64>,
    context: RunContext,
    stop: StopSignal,
    listener: impl FnMut(RunProgress<'_>) + Send + 'static,
) -> Result<RunEnd, RunError> {
    let listener: ProgressListener = Arc::new(Mutex::new(listener));
    let most_looks = plan.most_looks();
    let RunPlan { run, cells, looks } = plan;
    tell(&listener, RunProgress::RunStarted { run: &run, cells: &cells, looks: &looks, most_looks });
    let run = Arc::new(run);
    let spending = Arc::new(Spending::metered(max_cost));
    let firsts = FirstAttempts::default();
    let task = |cell: PlanCell| {
        let backend = backends[cell.contestant].clone()?;
        Some(SampleTask {
            cell,
            run: Arc::clone(&run),
            backend,
            spending: Arc::clone(&spending),
            // Money goes to what is counted first.
            firsts: max_cost.map(|_| firsts.clone()),
            context: context.clone(),
            stop: stop.clone(),
            listener: Arc::clone(&listener),
        })
    };
    let mut tasks = JoinSet::new();
    // All are counted before one begins, whose looks wait for them.
    let begun: Vec<_> = cells.into_iter().filter_map(&task).map(|task| (task, firsts.begin())).collect();
    for (task, waiting) in begun {
        tasks.spawn(Arc::new(task).carry_out(waiting));
    }
    for planned in looks {
        if let Some(task) = task(planned.cell) {
            tasks.spawn(Arc::new(task).take_up(planned));
        }
    }
    let mut first_error = None;
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended.map_err(RunError::from).flatten() {
            // What is under way can still be kept, perhaps; what has not begun would fail the same way.
            stop.ask();
            first_error.get_or_insert(error);
        }
    }
    match first_error {
        Some(error) => Err(error),
        None => Ok(RunEnd { over_budget: spending.over_budget() }),
    }
}
