//! A run in a folder of its own, with drawings checked in this process.

use std::path::Path;
use std::sync::{Arc, Mutex};

use pelicycle_drawing::{InspectionOptions, WorkerError, inspect};
use pelicycle_record::{Attempt, Inspection};
use pelicycle_run::{
    BackendOptions, Notice, NoticeListener, PreparedRun, ReplyInspector, RunContext, RunEnd, RunError,
    RunForecast, RunProgress, RunRequest, StopSignal, execute,
};
use pelicycle_store::{Store, StoredAttempt};
use pelicycle_testkit::loopback::ScriptedServer;
use pelicycle_testkit::tempdir;

/// Checks drawings in this process: those of a test are harmless.
#[derive(Debug)]
struct OwnProcess {
    /// Whether it fails, as a machine without memory does.
    loses: bool,
}

impl ReplyInspector for OwnProcess {
    fn inspect_thought(&self, reply: &[u8], _: &[u8], raster: u32) -> Result<Inspection, WorkerError> {
        if self.loses {
            return Err(WorkerError::Lost { why: "memory is short".to_owned() });
        }
        Ok(inspect(reply, &InspectionOptions { raster, ..InspectionOptions::default() }))
    }
}

/// A folder with results, a configuration and one prompt of small pictures.
pub(crate) struct Easel {
    folder: tempfile::TempDir,
    /// Whether drawings can't be checked.
    pub(crate) loses: bool,
    /// The notices so far.
    pub(crate) noticed: Arc<Mutex<Vec<String>>>,
}

impl Easel {
    pub(crate) fn new(configuration: &str) -> Easel {
        let folder = tempdir();
        let prompts = folder.path().join("prompts");
        std::fs::create_dir(&prompts).unwrap();
        let prompt = "id = 'dot'\ntitle = 'A dot'\nfamily = 'dots'\nraster = 64\ntext = 'Draw a dot.'\n";
        std::fs::write(prompts.join("dot.toml"), prompt).unwrap();
        std::fs::write(folder.path().join("p.toml"), configuration).unwrap();
        Easel { folder, loses: false, noticed: Arc::default() }
    }

    /// With one service, `mine`, that a server answers for.
    pub(crate) fn with_service(protocol: &str, server: &ScriptedServer, more: &str) -> Easel {
        let url = server.url("");
        Easel::new(&format!(
            "[providers.mine]\ndialect = \"{protocol}\"\nbase_url = \"{url}\"\ntries = 1\n{more}\n"
        ))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(self.path().join("results")).unwrap()
    }

    pub(crate) fn request(&self, model: &str, looks: Option<u32>) -> RunRequest {
        RunRequest {
            models: vec![model.to_owned()],
            looks,
            prompts: vec!["dot".to_owned()],
            prompt_folder: Some(self.path().join("prompts")),
            backends: BackendOptions {
                config: Some(self.path().join("p.toml")),
                threads: Some(1),
                ..BackendOptions::default()
            },
            ..RunRequest::default()
        }
    }

    fn notices(&self) -> NoticeListener {
        let noticed = Arc::clone(&self.noticed);
        Arc::new(move |notice| {
            if let Notice::NoLooks { label, why } = notice {
                noticed.lock().unwrap().push(format!("{label}: {why}"));
            }
        })
    }

    pub(crate) fn prepare(&self, request: &RunRequest) -> Result<PreparedRun, RunError> {
        PreparedRun::new(&self.store(), request, &self.notices())
    }

    pub(crate) fn forecast(&self, request: &RunRequest) -> RunForecast {
        RunForecast::new(&self.store(), request, &self.notices()).unwrap()
    }

    /// Carries a run out; `listen` may end it early.
    pub(crate) fn run(
        &self,
        request: &RunRequest,
        listen: impl Fn(&RunProgress<'_>, &StopSignal) + Send + 'static,
    ) -> RunEnd {
        let mut prepared = self.prepare(request).unwrap();
        let stop = StopSignal::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            prepared.begin(&self.store(), &stop, &self.notices()).await.unwrap();
            let PreparedRun { plan, backends, max_cost, .. } = prepared;
            let workspace =
                RunContext { store: self.store(), pool: Arc::new(OwnProcess { loses: self.loses }) };
            let heard = stop.clone();
            execute(plan, backends, max_cost, workspace, stop, move |news| listen(&news, &heard))
                .await
                .unwrap()
        })
    }

    /// Finishes the last run.
    pub(crate) fn resume(&self) -> RunEnd {
        self.run(&RunRequest { resume: Some("last".to_owned()), ..self.request("", None) }, |_, _| {})
    }

    pub(crate) fn stored(&self) -> Vec<StoredAttempt> {
        let listing = self.store().list().unwrap();
        assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
        listing.attempts
    }

    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.stored().into_iter().map(|stored| stored.attempt).collect()
    }
}
