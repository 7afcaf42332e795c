//! From what is asked of a run to its plan and those who answer.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use pelicycle_drawing::tool;
use pelicycle_prompt::PromptLibrary;
use pelicycle_provider::BatchClient;
use pelicycle_record::{
    Id, ReplyOrigin, RequestRecord, RunContestant, RunRecord, SCHEMA_VERSION, SamplingSettings, Shard,
    TextRecord,
};
use pelicycle_store::{RunLock, Store};
use pelicycle_text::plain_file;

use crate::backends::check_bound;
use crate::local::check_sampling;
use crate::projector_choice::check_has_eyes;
use crate::sight::settle_looks;
use crate::{
    Backend, BackendOptions, Backends, Config, Contestant, ContestantError, ContestantModel, Notice,
    NoticeListener, Participant, RepliesSource, RunError, RunPlan, UsageError, random_seed, resume,
};

/// The longest chat template, in bytes.
const LONGEST_TEMPLATE: u64 = 1 << 20;

/// The prompt that is asked where none is named.
const PROMPT: &str = "pelican";

/// A request for a run; what is left out is as pelicycle.toml has it.
#[derive(Clone, Default)]
pub struct RunRequest {
    /// Models, contestants and line-ups.
    pub models: Vec<String>,
    /// Samples of each prompt and model.
    pub samples: Option<u32>,
    /// The most looks after each first attempt.
    pub looks: Option<u32>,
    /// Prompts by id, or families of them.
    pub prompts: Vec<String>,
    /// A folder of prompts beside the bundled ones.
    pub prompt_folder: Option<PathBuf>,
    /// The seed that every sample's seed is derived from.
    pub seed: Option<u64>,
    /// The sampling settings of the models.
    pub sampling: SamplingSettings,
    /// A file with a chat template for the local models.
    pub template: Option<PathBuf>,
    /// The part of the matrix to ask.
    pub shard: Option<Shard>,
    /// Leave the requests with the services as batches.
    pub batch: bool,
    /// Wait until batches are over.
    pub wait: bool,
    /// The bound on the cost, in US dollars.
    pub max_cost: Option<f64>,
    /// An earlier run to finish instead: its id, the beginning of it, or `last`.
    pub resume: Option<String>,
    /// The options by which models are reached.
    pub backends: BackendOptions,
}

/// A run that can begin.
pub struct PreparedRun {
    /// The run and what is to be asked.
    pub plan: RunPlan,
    /// The backend of each contestant that the plan needs.
    pub backends: Vec<Option<Backend>>,
    /// The bound on the cost, in US dollars.
    pub max_cost: Option<f64>,
    /// The prompts whose rubrics the gallery holds drawings against.
    pub library: PromptLibrary,
    /// Of a run by batches: those of each contestant that the plan needs.
    pub(crate) batches: Vec<Option<BatchClient>>,
    /// The right to work on it, once it is begun.
    pub(crate) lock: Option<RunLock>,
    /// It was begun earlier.
    pub(crate) resumed: bool,
    /// Its batches are waited for.
    pub(crate) wait: bool,
}

/// A run as it was asked for, before anything is opened.
pub(crate) struct RunDraft {
    pub(crate) run: RunRecord,
    /// The run's contestants: as pelicycle.toml has them, and as they were found.
    pub(crate) participants: Vec<(Participant, Contestant)>,
}

impl PreparedRun {
    /// Prepares a run: finds its models and prompts, opens those who answer, or takes an earlier run up.
    ///
    /// # Errors
    /// When something of it can't be had, or it can't be meant.
    pub fn new(
        store: &Store,
        request: &RunRequest,
        notices: &NoticeListener,
    ) -> Result<PreparedRun, RunError> {
        let config = Config::load(request.backends.config.as_deref())?;
        let all = Backends::new(&config, &request.backends, notices)?;
        let mut lock = None;
        let (plan, backends) = match &request.resume {
            Some(named) => {
                let id = resume::find(store, named)?;
                // Before it is seen what is left: another process may be working on that.
                lock = Some(store.lock_run(&id)?);
                resume::resume(store, &id, &all)?
            }
            None => {
                let draft = RunDraft::new(request, &config, &all, notices)?;
                begin(draft, request.seed.is_some(), &all, notices)?
            }
        };
        if request.wait && !plan.run.batch {
            return Err(UsageError::WaitWithoutBatch.into());
        }
        let prepared = PreparedRun {
            batches: match plan.run.batch {
                true => batches(&plan, &all)?,
                false => Vec::new(),
            },
            plan,
            backends,
            max_cost: request.max_cost.or(config.run.max_cost),
            library: config.library(request.prompt_folder.as_deref())?,
            lock,
            resumed: request.resume.is_some(),
            wait: request.wait,
        };
        prepared.check_cost()?;
        Ok(prepared)
    }

    /// Sees anew which looks are left, where kept attempts were checked anew since: one may have a picture now.
    ///
    /// # Errors
    /// A store that can't be read.
    pub fn look_anew(&mut self, store: &Store) -> Result<(), RunError> {
        let attempts = resume::attempts_of(store, &self.plan.run.id)?;
        self.plan.looks = RunPlan::rest(self.plan.run.clone(), &attempts).looks;
        Ok(())
    }

    /// Checks that all costs can be told beforehand where they have a bound, which could not be held else.
    fn check_cost(&self) -> Result<(), UsageError> {
        check_bound(self.max_cost)?;
        if self.max_cost.is_none() {
            return Ok(());
        }
        let run = &self.plan.run;
        for contestant in self.plan.needed() {
            let Some(backend) = &self.backends[contestant] else { continue };
            let who = &run.contestants[contestant];
            if backend.provider.origin() == ReplyOrigin::Asked
                && backend.tariff.most("", &who.request.sampling, run.batch).is_none()
            {
                let name = format!("{}/{}", who.record.provider, who.record.model);
                return Err(UsageError::NoPrice { name });
            }
        }
        Ok(())
    }
}

impl RunDraft {
    /// Drafts the run that is asked for, by the request and the configuration. Nothing is opened.
    pub(crate) fn new(
        request: &RunRequest,
        config: &Config,
        backends: &Backends,
        notices: &NoticeListener,
    ) -> Result<RunDraft, RunError> {
        let library = config.library(request.prompt_folder.as_deref())?;
        let asked = if request.prompts.is_empty() { &config.run.prompt } else { &request.prompts };
        let ids: Vec<&str> =
            if asked.is_empty() { vec![PROMPT] } else { asked.iter().map(String::as_str).collect() };
        let prompts = library.select(ids).map_err(UsageError::from)?;
        let seed = match request.seed {
            Some(seed) => seed,
            None => random_seed()?,
        };
        let participants = participants(request, config, backends, notices)?;
        let contestants = participants.iter().map(|one| run_contestant(one, request, config, seed));
        let mut run = RunRecord {
            schema: SCHEMA_VERSION,
            id: Id::new()?,
            started: jiff::Timestamp::now(),
            tool: tool(),
            seed,
            samples: request.samples.or(config.run.samples.map(NonZero::get)).unwrap_or(1),
            shard: request.shard,
            batch: request.batch,
            prompts: prompts.into_iter().map(|prompt| prompt.record()).collect(),
            contestants: contestants.collect::<Result<_, _>>()?,
        };
        let asked = request.looks.is_some_and(|looks| looks > 0);
        settle_looks(&mut run, &participants, asked, backends, notices)?;
        leave_out_effort(&mut run, &participants, notices);
        Ok(RunDraft { run, participants })
    }
}

/// Finds those who take part.
fn participants(
    request: &RunRequest,
    config: &Config,
    backends: &Backends,
    notices: &NoticeListener,
) -> Result<Vec<(Participant, Contestant)>, UsageError> {
    let named = if request.models.is_empty() { &config.run.model } else { &request.models };
    let mut chosen = backends.lineups.choose(named)?;
    if chosen.is_empty() {
        chosen.push(Participant::bundled());
    }
    let places = config.places();
    let mut all = Vec::<(Participant, Contestant)>::new();
    for one in chosen {
        let found = Contestant::find(&one.entry.model, &places);
        let mut contestant = found.map_err(|error| {
            let error = error.with_known(backends.service_names(), |named| backends.lineups.meant(named));
            configured(error, &one, request, config)
        })?;
        if let Some(found) = &contestant.found {
            notices(&Notice::ModelFound { named: &one.entry.model, found });
        }
        contestant.named(&one);
        if let (Some(name), Some(projector)) = (&one.name, &one.entry.projector) {
            check_has_eyes(config, name, projector, &contestant.model)?;
        }
        let record = &contestant.record;
        if all.iter().any(|(_, known)| known.record.slug == record.slug) {
            return Err(UsageError::Twice { label: record.label.clone() });
        }
        let is_read = |who: &Contestant| who.model == ContestantModel::Given(RepliesSource::Input);
        if is_read(&contestant)
            && let Some((_, first)) = all.iter().find(|(_, known)| is_read(known))
        {
            let (first, second) = (first.record.label.clone(), record.label.clone());
            return Err(UsageError::InputTwice { first, second });
        }
        all.push((one, contestant));
    }
    Ok(all)
}

/// The same error with the place in pelicycle.toml, where the name stands there.
fn configured(
    error: ContestantError,
    one: &Participant,
    request: &RunRequest,
    config: &Config,
) -> ContestantError {
    let key = match &one.name {
        Some(own) => format!("contestants.{own}"),
        None if request.models.is_empty() => "run".to_owned(),
        None => return error,
    };
    let key = format!("{key}.model");
    let place = config.written_at.of(&key, &one.entry.model);
    ContestantError::Configured { place, key, source: Box::new(error) }
}

/// A contestant as the run's record has it, with the settings that it is to be asked with: those of the request first, then
/// its own, then those of all runs.
fn run_contestant(
    (one, contestant): &(Participant, Contestant),
    request: &RunRequest,
    config: &Config,
    seed: u64,
) -> Result<RunContestant, UsageError> {
    let sampling = request.sampling.clone().or(&one.entry.sampling).or(&config.run.sampling);
    check_sampling(&sampling)?;
    let file = request.template.as_deref().or(one.entry.template.as_deref());
    if let Some(file) = one
        .entry
        .template
        .as_deref()
        .filter(|_| request.template.is_none() && request.backends.config.is_none())
    {
        check_in_folder(file)?;
    }
    let read = if request.template.is_some() { plain_file::read_followed } else { plain_file::read };
    let template = file.map(|file| template(file, contestant, read)).transpose()?;
    Ok(RunContestant {
        record: contestant.record.clone(),
        request: RequestRecord {
            run_seed: Some(seed),
            sampling,
            template: template.as_deref().map(|text| TextRecord::of(text.as_bytes()).hash),
            ..RequestRecord::default()
        },
        samples: None,
        looks: request.looks.or(one.entry.looks).or(config.run.looks).unwrap_or(0),
        source: String::new(),
        template,
    })
}

/// Takes the effort from local models, which don't know it, so that no record says that they were asked with it.
fn leave_out_effort(
    run: &mut RunRecord,
    participants: &[(Participant, Contestant)],
    notices: &NoticeListener,
) {
    let local = run.contestants.iter_mut().zip(participants).filter(|(_, (_, one))| one.is_local());
    let asked =
        local.filter_map(|(who, _)| who.request.sampling.effort.take().map(|_| who.record.label.clone()));
    let labels: Vec<String> = asked.collect();
    if !labels.is_empty() {
        notices(&Notice::NoEffort { labels: &labels });
    }
}

/// Checks that a file lies in the working folder. A folder may be somebody else's: what its pelicycle.toml names is
/// kept with the run, so it is a file of that folder.
fn check_in_folder(file: &Path) -> Result<(), UsageError> {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let inside = here.and_then(|here| Ok(file.canonicalize()?.starts_with(here)));
    let why = match inside {
        Ok(true) => return Ok(()),
        Ok(false) => {
            std::io::Error::other("pelicycle.toml names a file outside this folder; give it by --template")
        }
        Err(error) => error,
    };
    Err(UsageError::Template { file: file.to_owned(), source: why })
}

/// The chat template in a file, for a contestant that can be asked with one.
fn template(
    file: &Path,
    contestant: &Contestant,
    read: fn(&Path, u64) -> std::io::Result<Vec<u8>>,
) -> Result<String, UsageError> {
    if !matches!(contestant.model, ContestantModel::Local(_)) {
        let label = contestant.record.label.clone();
        return Err(UsageError::TemplateOfOthers { label, file: file.to_owned() });
    }
    let unread = |source: std::io::Error| UsageError::Template { file: file.to_owned(), source };
    let bytes = read(file, LONGEST_TEMPLATE).map_err(unread)?;
    String::from_utf8(bytes).map_err(|_| unread(std::io::Error::other("it is not UTF-8")))
}

/// Opens those whom a new run needs.
fn begin(
    draft: RunDraft,
    seeded: bool,
    backends: &Backends,
    notices: &NoticeListener,
) -> Result<(RunPlan, Vec<Option<Backend>>), RunError> {
    let RunDraft { mut run, participants } = draft;
    let prompts: Vec<String> = run.prompts.iter().map(|prompt| prompt.id.clone()).collect();
    let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
    if run.batch {
        // Before a model is opened for nothing.
        backends.check_keys(participants.iter().map(|(_, contestant)| contestant))?;
        for (_, contestant) in &participants {
            backends.batches(contestant)?;
        }
    }
    let mut answering: Vec<Option<Backend>> = vec![None; participants.len()];
    let mut open = |run: &mut RunRecord, index: usize| -> Result<(), RunError> {
        let (one, contestant) = &participants[index];
        let who = &mut run.contestants[index];
        let opened = backends.open(contestant, one.entry.price.as_ref(), who, seeded, &prompts)?;
        who.request = opened.request;
        who.source = opened.source;
        who.samples = opened.samples;
        who.record.demonstration = opened.demonstration;
        if let Some(why) = &opened.blind {
            who.looks = 0;
            notices(&Notice::NoLooks { label: &who.record.label, why });
        }
        answering[index] = Some(opened.backend);
        Ok(())
    };
    // How many samples there are of replies that lie ready decides which are whose.
    let given = |index: &usize| participants[*index].1.is_given();
    for index in (0..participants.len()).filter(given) {
        open(&mut run, index)?;
    }
    let plan = RunPlan::whole(run.clone());
    let needed = || plan.needed().into_iter().filter(|index| !given(index));
    backends.check_keys(needed().map(|index| &participants[index].1))?;
    for index in needed() {
        open(&mut run, index)?;
    }
    Ok((RunPlan::whole(run), answering))
}

/// The batches of each contestant that is needed; all must have some.
fn batches(plan: &RunPlan, backends: &Backends) -> Result<Vec<Option<BatchClient>>, UsageError> {
    let mut all = vec![None; plan.run.contestants.len()];
    for index in plan.needed() {
        all[index] = Some(backends.batches(&Contestant::of_record(&plan.run.contestants[index]))?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn local_models_are_asked_without_the_effort_that_they_do_not_know_and_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let own = "[run]\neffort = 'low'\n[contestants.thoughtful]\nmodel = 'hatchling'\neffort = 'high'\n";
        std::fs::write(at("own.toml"), own).unwrap();
        std::fs::write(at("plain.toml"), "[contestants.thoughtful]\nmodel = 'hatchling'\n").unwrap();
        let store = Store::open(at("results")).unwrap();
        let told = Arc::new(std::sync::Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let notices: NoticeListener = Arc::new(move |notice| match notice {
            Notice::NoEffort { labels } => hears.lock().unwrap().push(labels.join(", ")),
            other => panic!("{other:?}"),
        });
        for (config, effort, expected) in [
            ("plain.toml", None, &[][..]),
            ("plain.toml", Some("high"), &["hatchling, thoughtful"]),
            ("own.toml", None, &["hatchling, thoughtful"]),
        ] {
            let request = RunRequest {
                models: ["hatchling", "thoughtful"].map(str::to_owned).into(),
                sampling: SamplingSettings {
                    effort: effort.map(str::to_owned),
                    ..SamplingSettings::default()
                },
                backends: BackendOptions { config: Some(at(config)), ..BackendOptions::default() },
                ..RunRequest::default()
            };
            let run = PreparedRun::new(&store, &request, &notices).unwrap().plan.run;
            assert!(run.contestants.iter().all(|who| who.request.sampling.effort.is_none()));
            assert_eq!(std::mem::take(&mut *told.lock().unwrap()), expected);
        }
    }

    #[test]
    fn a_chat_template_is_kept_with_the_run_and_known_by_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (own, other) = ("{{ messages[0].content }}", "{{ messages[0].content }}!");
        std::fs::write(at("own.jinja"), own).unwrap();
        std::fs::write(at("other.jinja"), other).unwrap();
        let table = format!("model = 'hatchling'\ntemplate = '{}'\n", at("own.jinja").display());
        std::fs::write(at("p.toml"), format!("[contestants.bare]\n{table}")).unwrap();
        let store = Store::open(at("results")).unwrap();
        let notices: NoticeListener = Arc::new(|_| {});
        let prepare = |model: &str, template: Option<&str>| {
            let request = RunRequest {
                models: vec![model.to_owned()],
                template: template.map(at),
                backends: BackendOptions { config: Some(at("p.toml")), ..BackendOptions::default() },
                ..RunRequest::default()
            };
            PreparedRun::new(&store, &request, &notices)
                .map(|prepared| prepared.plan.run.contestants[0].clone())
        };
        for (template, expected) in [(None, own), (Some("other.jinja"), other)] {
            let who = prepare("bare", template).unwrap();
            assert_eq!(who.template.as_deref(), Some(expected));
            assert_eq!(who.request.template, Some(TextRecord::of(expected.as_bytes()).hash));
        }
        let plain = prepare("hatchling", None).unwrap();
        assert_eq!((plain.template, plain.request.template), (None, None));
        let error = prepare("ollama/x", Some("own.jinja")).unwrap_err().to_string();
        assert!(error.contains("only models that run in this process"), "{error}");
        let error = prepare("hatchling", Some("none.jinja")).unwrap_err().to_string();
        assert!(error.contains("can't read the chat template"), "{error}");
    }
}
