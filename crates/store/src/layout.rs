//! Names of files and folders, and the bounds on what is read from them.

/// An attempt's record in its folder.
pub(super) const ATTEMPT: &str = "attempt.json";
/// The reply, byte for byte.
pub(super) const REPLY: &str = "reply.md";
/// The reasoning text.
pub(super) const THINKING: &str = "thinking.md";
/// The exact body of the request to a service.
pub(super) const REQUEST: &str = "request.json";
/// The times at which the parts of the reply came.
pub(super) const TIMELINE: &str = "timeline.json";
/// The drawing as it stood in the reply.
pub(super) const SVG: &str = "drawing.svg";
/// The same drawing under a name that no program runs, for one with active content.
pub(super) const SVG_ACTIVE: &str = "drawing.svg.txt";
/// Our raster of the drawing.
pub(super) const PNG: &str = "drawing.png";
/// A malformed drawing after a named repair.
pub(super) const REPAIRED: &str = "repaired.svg";
/// The same drawing, with active content.
pub(super) const REPAIRED_ACTIVE: &str = "repaired.svg.txt";
/// Our raster of the repaired one.
pub(super) const REPAIRED_PNG: &str = "repaired.png";
/// The picture of how often the reply took each expert.
pub(super) const EXPERTS: &str = "experts.png";

/// Folder of the runs' records.
pub(super) const RUNS: &str = "runs";
/// A run's record in its folder.
pub(super) const RUN: &str = "run.json";
/// Folder of the records of batches.
pub(super) const BATCHES: &str = "batches";
/// A batch's record in its folder.
pub(super) const BATCH: &str = "batch.json";
/// The requests of a batch, one a line.
pub(super) const REQUESTS: &str = "requests.jsonl";
/// Folder of the baselines' records.
pub(super) const BASELINES: &str = "baselines";
/// A baseline's record in its folder.
pub(super) const BASELINE: &str = "baseline.json";
/// Folder of the seals.
pub(super) const SEALS: &str = "seals";
/// The part of a seal that is there from the first.
pub(super) const SEALED: &str = "sealed";
/// The part that comes with its revealing.
pub(super) const REVEALED: &str = "revealed";
/// The record in either.
pub(super) const SEAL: &str = "seal.json";
/// Folder of the judgements' records.
pub(super) const JUDGEMENTS: &str = "judgements";
/// A judgement's record in its folder.
pub(super) const JUDGEMENT: &str = "judgement.json";
/// A reading's record in its folder, which is among the judgements'.
pub(super) const READING: &str = "reading.json";
/// A calibration's record in its folder, which is among the judgements'.
pub(super) const CALIBRATION: &str = "calibration.json";
/// Folder in which records are made before they are moved to their place; hidden, so that readers pass it by.
pub(super) const STAGING: &str = ".incoming";

/// The longest record: one is some KiB, and a thousand findings some hundred.
pub(super) const MAX_RECORD: u64 = 16 << 20;
/// The longest file beside a record: four times the longest reply that is ever checked.
pub(super) const MAX_FILE: u64 = 64 << 20;
/// The longest file of a batch's requests: as long as a service takes.
pub(super) const MAX_REQUESTS: u64 = 256 << 20;
