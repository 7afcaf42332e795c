//! A look at a model before it is fetched: its header tells what it is, what it needs and whether it runs.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use pelicycle_engine::gguf::{GgufOutline, front_length};
use pelicycle_engine::memory_bandwidth;
use pelicycle_models::hub::{HubError, PullPlan};

use crate::cli::model::inspect::{ExpectedSpeed, ModelReport};

/// The first bytes that are asked for. A model that is no longer is fetched without a look.
const FIRST: u64 = 1 << 20;

/// The longest header that is looked at: the largest vocabularies take a sixth of it.
const LONGEST: u64 = 64 << 20;

/// Files of a split model that are looked at; of more, none is.
const MOST_FILES: usize = 100;

/// A preview of a model by its header.
pub(super) struct ModelPreview {
    report: ModelReport,
    /// The folder where the header lies for now.
    folder: String,
}

impl ModelPreview {
    /// Looks at the headers of what would be fetched. None where there is nothing to gain by that, or nothing to see.
    pub(super) async fn of(plan: &PullPlan<'_>) -> Result<Option<ModelPreview>, HubError> {
        let files = plan.files();
        if plan.bytes() <= FIRST || files.len() > MOST_FILES || plan.is_begun().await? {
            return Ok(None);
        }
        let Ok(folder) = tempfile::tempdir() else { return Ok(None) };
        let mut first = None;
        for (place, file) in files.iter().enumerate() {
            let Some(header) = header(plan, place, file.bytes).await? else { return Ok(None) };
            let name = Path::new(&file.path).file_name().unwrap_or_default();
            let path = folder.path().join(name);
            if hollow(&path, &header, file.bytes).is_err() {
                return Ok(None);
            }
            first.get_or_insert(path);
        }
        let Some(outline) = first.and_then(|path| GgufOutline::open_hollow(&path).ok()) else {
            return Ok(None);
        };
        if matches!(outline.gguf().str("general.architecture"), Ok(Some("clip"))) {
            // What is told of models is not for a projector.
            return Ok(None);
        }
        let report = ModelReport::of(&outline);
        let folder = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
        Ok(Some(ModelPreview { report, folder }))
    }

    /// The reason why it would not run.
    pub(super) fn problem(&self) -> Option<String> {
        self.report.problem.as_ref().map(|problem| problem.replace(&self.folder, ""))
    }

    /// The memory that it needs and how fast it would be, by the speed of this machine's memory, which is measured
    /// for that.
    pub(super) fn needs(mut self, threads: Option<u32>) -> Vec<String> {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = threads.map_or_else(cores, |n| n as usize);
        self.report.speed = ExpectedSpeed::predict(self.report.bytes_per_token, threads, memory_bandwidth);
        self.report.needs()
    }
}

/// The header of a file by its place; none where the file is no GGUF file or has an endless one.
async fn header(plan: &PullPlan<'_>, place: usize, bytes: u64) -> Result<Option<Vec<u8>>, HubError> {
    let mut most = FIRST;
    loop {
        let beginning = plan.beginning(place, most).await?;
        match front_length(&beginning) {
            Ok(Some(_)) => return Ok(Some(beginning)),
            Ok(None) if most < LONGEST && most < bytes => most *= 4,
            Ok(None) | Err(_) => return Ok(None),
        }
    }
}

/// Writes a file that begins so and is as long as the whole one: what is missing takes no room on the disk.
fn hollow(path: &Path, beginning: &[u8], bytes: u64) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(beginning)?;
    file.set_len(bytes)
}
