//! The store on a real disk: what is written is read back, what is damaged is told and passed over.

use std::fs;
use std::path::Path;

use pelicycle_record::{
    Attempt, ExpertCounts, Id, Inspection, RevealedRecord, RunContestant, RunRecord, SCHEMA_VERSION,
    SealRecord, Verdict,
};
use pelicycle_store::{AttemptFiles, DamageReason, Store, StoreError};
use pelicycle_testkit::attempts::{MODELS, attempt, calibrated, check, taken, tiny_png, verdict, vote};
use pelicycle_testkit::{copy, tempdir};

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

fn reply() -> String {
    format!("Here it is:\n```svg\n{SVG}\n```\n")
}

fn drawn(slug: &str, started: &str) -> Attempt {
    attempt("pelican", slug, started, Some((&reply(), check(&reply(), SVG, Verdict::Drawn))))
}

fn write(store: &Store, attempt: &Attempt, active: bool) -> std::path::PathBuf {
    try_write(store, attempt, active).unwrap()
}

fn try_write(store: &Store, attempt: &Attempt, active: bool) -> Result<std::path::PathBuf, StoreError> {
    let (reply, png) = (reply(), tiny_png());
    let files = AttemptFiles {
        reply: Some(reply.as_bytes()),
        svg: Some(SVG.as_bytes()),
        active,
        png: Some(&png),
        ..AttemptFiles::default()
    };
    store.write(attempt, &files)
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    (folder, store)
}

#[test]
fn an_attempt_is_read_back_as_it_was_written() {
    let (_folder, store) = store();
    let written = drawn("smollm2-135m", "2026-11-22T02:53:36.412Z");
    let place = write(&store, &written, false);
    assert_eq!(place, store.root().join("pelican/smollm2-135m").join(written.id.as_str()));

    let listing = store.list().unwrap();
    assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
    assert_eq!(listing.attempts.len(), 1);
    let stored = &listing.attempts[0];
    assert_eq!(stored.attempt, written);
    assert_eq!(fs::read(stored.files.svg.as_ref().unwrap()).unwrap(), SVG.as_bytes());
    assert_eq!(store.reply(stored).unwrap().unwrap(), reply().as_bytes());
    store.verify(stored).unwrap();
    let beside: Vec<_> =
        fs::read_dir(store.root().join(".incoming")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, [".gitignore"], "nothing is left of the making");
}

#[test]
fn a_failed_request_is_an_attempt_without_files() {
    let (_folder, store) = store();
    let mut failed = attempt("pelican", "gone", "2026-11-22T02:53:36Z", None);
    failed.outcome = pelicycle_record::Outcome::Error;
    failed.error = Some("connection refused".to_owned());
    store.write(&failed, &AttemptFiles::default()).unwrap();
    assert_eq!(store.list().unwrap().attempts[0].attempt, failed);
}

#[test]
fn a_drawing_with_active_content_is_stored_as_text() {
    let (_folder, store) = store();
    let place = write(&store, &drawn("m", "2026-11-22T02:53:36Z"), true);
    assert!(!place.join("drawing.svg").exists());
    assert!(place.join("drawing.svg.txt").exists());
    let listing = store.list().unwrap();
    assert!(listing.attempts[0].files.active);
    store.verify(&listing.attempts[0]).unwrap();
}

#[test]
fn attempts_are_listed_by_time_whatever_their_folder() {
    let (_folder, store) = store();
    for (slug, started) in
        [("z", "2026-01-01T00:00:00Z"), ("a", "2026-03-01T00:00:00Z"), ("m", "2026-02-01T00:00:00Z")]
    {
        write(&store, &drawn(slug, started), false);
    }
    let slugs: Vec<_> =
        store.list().unwrap().attempts.into_iter().map(|s| s.attempt.contestant.slug).collect();
    assert_eq!(slugs, ["z", "m", "a"]);
}

#[test]
fn nothing_is_ever_overwritten() {
    let (_folder, store) = store();
    let first = drawn("m", "2026-11-22T02:53:36Z");
    let place = write(&store, &first, false);
    let before = fs::read(place.join("attempt.json")).unwrap();
    let second = Attempt { sample: 9, ..first };
    let (reply, png) = (reply(), tiny_png());
    let files = AttemptFiles {
        reply: Some(reply.as_bytes()),
        svg: Some(SVG.as_bytes()),
        png: Some(&png),
        ..AttemptFiles::default()
    };
    assert!(matches!(store.write(&second, &files), Err(StoreError::Exists { .. })));
    assert_eq!(fs::read(place.join("attempt.json")).unwrap(), before);
}

#[test]
fn the_counts_of_experts_are_kept_beside_the_record_and_held_against_it() {
    let (_folder, store) = store();
    let reply = reply();
    let mut by_experts = drawn("m", "2026-11-22T02:53:36Z");
    let taken = taken(MODELS[0]);
    let (picture, png) = (taken.counts.to_png(), tiny_png());
    assert!(picture.len() < 9_000, "6,144 counts in {} bytes", picture.len());
    by_experts.experts = Some(taken.record(&picture));
    let files = AttemptFiles {
        reply: Some(reply.as_bytes()),
        svg: Some(SVG.as_bytes()),
        png: Some(&png),
        experts: Some(&picture),
        ..AttemptFiles::default()
    };
    store.write(&by_experts, &files).unwrap();
    let stored = &store.list().unwrap().attempts[0];
    assert_eq!(stored.attempt, by_experts);
    store.verify(stored).unwrap();
    let path = stored.files.experts.as_ref().unwrap();
    assert_eq!(ExpertCounts::from_png(&fs::read(path).unwrap()).unwrap(), taken.counts);
    fs::write(path, png).unwrap();
    assert!(store.verify(stored).unwrap_err().to_string().contains("experts.png"));
    fs::remove_file(path).unwrap();
    assert!(store.list().unwrap().damaged[0].to_string().contains("experts.png is missing"));
}

#[test]
fn what_does_not_fit_together_is_not_written() {
    let (_folder, store) = store();
    let good = drawn("m", "2026-11-22T02:53:36Z");
    let (text, png) = (reply(), tiny_png());
    let files = AttemptFiles {
        reply: Some(text.as_bytes()),
        svg: Some(SVG.as_bytes()),
        png: Some(&png),
        ..AttemptFiles::default()
    };
    let cases: Vec<(&str, Attempt, AttemptFiles<&[u8]>)> = vec![
        ("reply", good.clone(), AttemptFiles { reply: Some(b"another"), ..files }),
        ("reply", good.clone(), AttemptFiles { reply: None, ..files }),
        ("thinking", good.clone(), AttemptFiles { thinking: Some(b"unrecorded"), ..files }),
        ("drawing", good.clone(), AttemptFiles { svg: None, ..files }),
        ("raster", good.clone(), AttemptFiles { png: None, ..files }),
        ("experts", good.clone(), AttemptFiles { experts: Some(b"unrecorded"), ..files }),
        ("repair", good.clone(), AttemptFiles { repaired_svg: Some(b"<svg/>"), ..files }),
        (
            "slug",
            {
                let mut a = good.clone();
                a.contestant.slug = "../up".into();
                a
            },
            files,
        ),
        (
            "slug",
            {
                let mut a = good.clone();
                a.contestant.slug = "con".into();
                a
            },
            files,
        ),
        (
            "prompt's id",
            {
                let mut a = good.clone();
                a.prompt.id = "runs".into();
                a
            },
            files,
        ),
        (
            "prompt's hash",
            {
                let mut a = good.clone();
                a.prompt.text.push('!');
                a
            },
            files,
        ),
        (
            "schema",
            {
                let mut a = good.clone();
                a.schema = 2;
                a
            },
            files,
        ),
    ];
    for (word, attempt, files) in cases {
        let error = store.write(&attempt, &files).unwrap_err();
        assert!(
            matches!(&error, StoreError::Inconsistent { why, .. } if why.contains(word)),
            "{word}: {error}"
        );
    }
    assert!(!store.root().exists());
}

/// Damages the attempt in this folder.
type Harm = fn(&Path);

#[test]
fn every_damage_is_told_with_its_place_and_passed_over() {
    let (_folder, store) = store();
    let damage: &[(&str, Harm, &str)] = &[
        (
            "json",
            |p| fs::write(p.join("attempt.json"), "{\"schema\": 1").unwrap(),
            "attempt.json is not a record: EOF",
        ),
        (
            "shape",
            |p| fs::write(p.join("attempt.json"), "{\"schema\": 1}").unwrap(),
            "attempt.json is not a record: missing field",
        ),
        (
            "newer",
            |p| fs::write(p.join("attempt.json"), "{\"schema\": 99, \"shape\": \"unknown\"}").unwrap(),
            "its schema is 99, this version reads up to 1",
        ),
        ("record", |p| fs::remove_file(p.join("attempt.json")).unwrap(), "attempt.json is missing"),
        ("reply", |p| fs::remove_file(p.join("reply.md")).unwrap(), "reply.md is missing"),
        ("svg", |p| fs::remove_file(p.join("drawing.svg")).unwrap(), "drawing.svg is missing"),
        ("png", |p| fs::remove_file(p.join("drawing.png")).unwrap(), "drawing.png is missing"),
        (
            "folder",
            |p| {
                fs::remove_file(p.join("drawing.png")).unwrap();
                fs::create_dir(p.join("drawing.png")).unwrap();
            },
            "drawing.png cannot be read: it is a folder, and no file",
        ),
        #[cfg(unix)]
        (
            "pipe",
            |p| {
                fs::remove_file(p.join("attempt.json")).unwrap();
                let made = std::process::Command::new("mkfifo").arg(p.join("attempt.json")).status();
                assert!(made.unwrap().success());
            },
            "attempt.json cannot be read: it is a pipe, and no file",
        ),
        (
            "id",
            |p| fs::rename(p, p.with_file_name("20261122-025336-412-k3f9q2m8x7ab")).unwrap(),
            "its id is \"2026",
        ),
        (
            "name",
            |p| fs::rename(p, p.with_file_name("notes")).unwrap(),
            "its name is not an attempt's identifier",
        ),
        (
            "place",
            |p| fs::rename(p.parent().unwrap(), p.parent().unwrap().with_file_name("elsewhere")).unwrap(),
            "its contestant is \"place\", its folder says \"elsewhere\"",
        ),
        (
            "prompt",
            |p| {
                let record = fs::read_to_string(p.join("attempt.json")).unwrap();
                fs::write(
                    p.join("attempt.json"),
                    record.replace("riding a bicycle\",", "riding a tricycle\","),
                )
                .unwrap();
            },
            "the prompt's text is not what was recorded",
        ),
        (
            "large",
            |p| fs::File::create(p.join("attempt.json")).unwrap().set_len(17 << 20).unwrap(),
            "attempt.json is 17825792 bytes long, the bound is 16777216",
        ),
    ];
    for (slug, harm, _) in damage {
        harm(&write(&store, &drawn(slug, "2026-11-22T02:53:36Z"), false));
    }
    write(&store, &drawn("whole", "2026-11-22T02:53:36Z"), false);

    let listing = store.list().unwrap();
    let whole: Vec<_> = listing.attempts.iter().map(|s| s.attempt.contestant.slug.as_str()).collect();
    assert_eq!(whole, ["whole"]);
    let told: Vec<_> = listing.damaged.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), damage.len(), "{told:#?}");
    for &(slug, _, words) in damage {
        let slug = if slug == "place" { "elsewhere" } else { slug };
        let place = Path::new("pelican").join(slug);
        assert!(
            listing
                .damaged
                .iter()
                .any(|d| d.path.starts_with(&place) && d.reason.to_string().contains(words)),
            "{slug}: {words:?} is not in {told:#?}"
        );
    }
}

#[test]
fn texts_that_were_changed_are_found_by_verification() {
    let (_folder, store) = store();
    let harm: [(&str, &str, &str); 3] = [
        ("length", "reply.md", "reply.md is 5 bytes long"),
        ("hash", "reply.md", "reply.md is not what was recorded"),
        ("drawing", "drawing.svg", "drawing.svg is not the part of the reply that was chosen"),
    ];
    for (slug, file, _) in harm {
        let place = write(&store, &drawn(slug, "2026-11-22T02:53:36Z"), false);
        let text = if slug == "length" { "short".to_owned() } else { "x".repeat(reply().len()) };
        fs::write(place.join(file), text).unwrap();
    }
    let listing = store.list().unwrap();
    assert_eq!(listing.attempts.len(), 3, "the records alone are whole");
    for (slug, _, words) in harm {
        let stored = listing.attempts.iter().find(|s| s.attempt.contestant.slug == slug).unwrap();
        let damaged = store.verify(stored).unwrap_err();
        assert!(damaged.reason.to_string().contains(words), "{damaged}");
        assert!(damaged.path.starts_with(Path::new("pelican").join(slug)));
    }
}

#[cfg(unix)]
#[test]
fn links_are_told_and_never_followed() {
    use std::os::unix::fs::symlink;
    let (folder, store) = store();
    let outside = Store::open(folder.path().join("outside")).unwrap();
    let elsewhere = write(&outside, &drawn("m", "2026-11-22T02:53:36Z"), false);
    let place = write(&store, &drawn("whole", "2026-11-22T02:53:36Z"), false);
    symlink(&elsewhere, place.with_file_name(elsewhere.file_name().unwrap())).unwrap();
    symlink(outside.root().join("pelican"), store.root().join("otter-boat")).unwrap();
    let linked = write(&store, &drawn("linked", "2026-11-22T02:53:36Z"), false);
    fs::remove_file(linked.join("reply.md")).unwrap();
    symlink(elsewhere.join("reply.md"), linked.join("reply.md")).unwrap();

    // In the place of a folder of ours, too: nothing is read or written behind it.
    for reserved in ["judgements", "seals", "baselines", "runs"] {
        symlink(outside.root(), store.root().join(reserved)).unwrap();
    }
    assert_eq!((store.all_seals().unwrap().records.len(), store.runs().unwrap().len()), (0, 0));
    let behind = drawn("linked-away", "2026-11-22T02:53:36Z");
    symlink(outside.root(), store.root().join("pelican/linked-away")).unwrap();
    let before = pelicycle_testkit::files(outside.root()).len();
    let refused = try_write(&store, &behind, false).unwrap_err();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("a link"), "{refused}");
    assert_eq!(pelicycle_testkit::files(outside.root()).len(), before);

    let listing = store.list().unwrap();
    assert_eq!(listing.attempts.len(), 1);
    assert_eq!(listing.damaged.len(), 8, "{:?}", listing.damaged);
    assert!(
        listing.damaged.iter().all(|d| matches!(d.reason, DamageReason::Link { .. })),
        "{:?}",
        listing.damaged
    );
    // A pipe where a folder of ours is to be is told as well, and ends nothing.
    let seals = store.root().join("seals");
    fs::remove_file(&seals).unwrap();
    pelicycle_testkit::pipe(&seals);
    assert!(store.seals().unwrap().is_empty());
    let told = store.list().unwrap().damaged.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(told.contains("seals: it cannot be read: it is a pipe, and no folder"), "{told}");
}

#[cfg(unix)]
#[test]
fn nothing_is_read_written_or_removed_behind_a_linked_folder_by_its_name() {
    use std::os::unix::fs::symlink;
    let (folder, store) = store();
    let pair = ["a", "b"].map(|slug| drawn(slug, "2026-11-22T02:53:36Z"));
    let id = || Id::new().unwrap();
    let at = "2026-11-22T02:53:36Z".parse().unwrap();
    let schema = SCHEMA_VERSION;
    let name = || "winter".to_owned();
    let vote = vote(&pair);
    let (run, batch) = (run_of(&pair[0]), batch_of(&pair[0]));
    let baseline = pelicycle_record::BaselineRecord {
        schema,
        name: name(),
        saved: at,
        of: String::new(),
        attempts: vec![],
    };
    let seal = SealRecord { schema, name: name(), sealed: at, prompts: 0, hash: "0".repeat(64) };
    let (salt, prompts) = ("0".repeat(64), Vec::new());
    let revealed = RevealedRecord { schema, name: name(), revealed: at, salt, prompts };
    store.write_judgement(&vote, None).unwrap();
    store.write_run(&run).unwrap();
    store.write_batch(&batch, &[]).unwrap();
    store.write_baseline(&baseline, &id()).unwrap();
    store.write_seal(&seal, &id()).unwrap();

    // All of them work on plain folders; `false` says that one did not.
    let is_link = |error: StoreError| {
        assert!(format!("{error:?}").to_lowercase().contains("link"), "{error}");
        false
    };
    type Deed<'a> = (&'a str, &'a str, Box<dyn Fn() -> bool + 'a>);
    let deeds: Vec<Deed<'_>> = vec![
        ("judgements", "read", Box::new(|| store.read_judgement(&vote.id).is_ok())),
        ("judgements", "take back", Box::new(|| store.take_back_judgement(&vote.id).unwrap_or_else(is_link))),
        ("runs", "read", Box::new(|| store.read_run(&run.id).map_or_else(is_link, |_| true))),
        (
            "batches",
            "list",
            Box::new(|| store.batches(&batch.run).map_or_else(is_link, |found| !found.is_empty())),
        ),
        ("batches", "requests", Box::new(|| store.batch_requests(&batch).map_or_else(is_link, |_| true))),
        (
            "baselines",
            "read",
            Box::new(|| store.read_baseline("winter").map_or_else(is_link, |found| found.is_some())),
        ),
        ("baselines", "remove", Box::new(|| store.remove_baseline("winter").unwrap_or_else(is_link))),
        (
            "seals",
            "read",
            Box::new(|| store.read_seal("winter").map_or_else(is_link, |found| found.is_some())),
        ),
        ("seals", "list", Box::new(|| !store.all_seals().unwrap().records.is_empty())),
        (
            "seals",
            "reveal",
            Box::new(|| store.write_revealed(&revealed, &id()).map_or_else(is_link, |_| true)),
        ),
    ];
    let outside = folder.path().join("outside");
    copy(store.root(), &outside);
    let before = pelicycle_testkit::files(&outside);
    // The folder of all of a kind is the link, and then each in it.
    for whole in [true, false] {
        for (kind, deed, done) in &deeds {
            let place = store.root().join(kind);
            fs::remove_dir_all(&place).unwrap();
            if whole {
                symlink(outside.join(kind), &place).unwrap();
            } else {
                fs::create_dir(&place).unwrap();
                for entry in fs::read_dir(outside.join(kind)).unwrap().map(Result::unwrap) {
                    symlink(entry.path(), place.join(entry.file_name())).unwrap();
                }
            }
            // A link among the judgements is itself taken away, and nothing behind it.
            assert!(!done() || (!whole && *deed == "take back"), "{kind} {deed} {whole}");
            assert_eq!(pelicycle_testkit::files(&outside), before, "{kind} {deed} {whole}");
            drop(fs::remove_file(&place));
            drop(fs::remove_dir_all(&place));
            copy(&outside.join(kind), &place);
            assert!(done(), "{kind} {deed}, plain");
            drop(fs::remove_dir_all(&place));
            copy(&outside.join(kind), &place);
        }
    }
    // What killed processes left is swept, and nothing behind a link.
    let staging = store.root().join(".incoming");
    let old = outside.join(".incoming").join(run.id.as_str());
    fs::create_dir_all(&old).unwrap();
    fs::File::open(&old).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    fs::remove_dir_all(&staging).unwrap();
    symlink(outside.join(".incoming"), &staging).unwrap();
    assert_eq!((store.sweep(), old.exists()), (0, true));
    fs::remove_file(&staging).unwrap();
    fs::rename(outside.join(".incoming"), &staging).unwrap();
    assert_eq!(store.sweep(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_link_since_is_not_read_for_a_new_check() {
    let (folder, store) = store();
    let place = write(&store, &drawn("m", "2026-11-22T02:53:36Z"), false);
    let stored = store.list().unwrap().attempts.remove(0);
    let secret = folder.path().join("secret");
    fs::write(&secret, reply()).unwrap();
    fs::remove_file(place.join("reply.md")).unwrap();
    std::os::unix::fs::symlink(&secret, place.join("reply.md")).unwrap();
    let inspection = Inspection {
        check: check(&reply(), SVG, Verdict::Blank),
        range: None,
        svg: Some(SVG.as_bytes().to_vec()),
        png: Some(tiny_png()),
        repaired: None,
        active: false,
        thinking: Vec::new(),
    };
    let failed = store.renew_check(&stored, &inspection, &stored.attempt.tool).unwrap_err();
    assert!(matches!(&failed, StoreError::Damaged { reason: DamageReason::Link { .. }, .. }), "{failed}");
    assert!(failed.to_string().contains(&place.join("reply.md").display().to_string()), "{failed}");
}

#[cfg(unix)]
#[test]
fn a_lock_is_not_written_through_a_link_and_opens_no_pipe() {
    let (folder, store) = store();
    let other = folder.path().join("other.txt");
    fs::write(&other, "mine").unwrap();
    let run: Id = "20261126-215212-882-9czsypndwqq7".parse().unwrap();
    drop(store.lock_run(&run).unwrap());
    let lock = store.root().join(format!(".incoming/run-{}.lock", run.as_str()));
    std::os::unix::fs::symlink(&other, &lock).unwrap();
    let refused = || store.lock_run(&run).unwrap_err();
    assert!(std::error::Error::source(&refused()).unwrap().to_string().contains("no plain file"));
    fs::remove_file(&lock).unwrap();
    pelicycle_testkit::pipe(&lock);
    assert!(matches!(refused(), StoreError::Write { .. }));
    assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
}

#[test]
fn a_record_of_schema_1_is_read_for_ever() {
    let (_folder, store) = store();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-1");
    copy(&fixture, store.root());
    let listing = store.list().unwrap();
    assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
    let [stored] = listing.attempts.as_slice() else { panic!("{} attempts", listing.attempts.len()) };
    store.verify(stored).unwrap();
    let attempt = &stored.attempt;
    assert_eq!(attempt.request.seed, Some(17_446_744_073_709_551_615));
    assert_eq!(attempt.check.as_ref().unwrap().verdict, Verdict::Malformed);
    assert_eq!(attempt.check.as_ref().unwrap().repair.as_deref(), Some("escape-ampersands"));
    assert_eq!(attempt.check.as_ref().unwrap().findings[0].line, Some(2));
    assert!(stored.files.repaired_png.is_some());
    assert_eq!(store.read_run(&attempt.run).unwrap().samples, 4);
}

#[test]
fn a_store_of_its_own_kind_is_needed() {
    let folder = tempdir();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Store::open(&file), Err(StoreError::NotAFolder { .. })));
    let none = Store::open(folder.path().join("not-there-yet")).unwrap();
    assert!(none.list().unwrap().attempts.is_empty());
    assert!(none.runs().unwrap().is_empty());
}

/// The run of an attempt.
fn run_of(sample: &Attempt) -> RunRecord {
    RunRecord {
        schema: SCHEMA_VERSION,
        id: sample.run.clone(),
        started: sample.timing.started,
        tool: sample.tool.clone(),
        seed: u64::MAX,
        samples: 4,
        shard: None,
        batch: false,
        prompts: vec![sample.prompt.clone()],
        contestants: vec![RunContestant {
            record: sample.contestant.clone(),
            request: sample.request.clone(),
            samples: None,
            looks: 2,
            source: "models/m.gguf".to_owned(),
            template: None,
        }],
    }
}

/// A batch of the attempt's run that asks for nothing.
#[cfg(unix)]
fn batch_of(sample: &Attempt) -> pelicycle_record::BatchRecord {
    pelicycle_record::BatchRecord {
        schema: SCHEMA_VERSION,
        id: sample.id.clone(),
        run: sample.run.clone(),
        submitted: sample.timing.started,
        contestant: sample.contestant.slug.clone(),
        batch: "b".to_owned(),
        endpoint: "http://127.0.0.1/".to_owned(),
        cells: Vec::new(),
    }
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_way_of_a_folder_is_named_before_and_when_it_is_written() {
    let (_folder, store) = store();
    let sample = drawn("m", "2026-11-22T02:53:36Z");
    let at = |place: &str| store.root().join(place);
    let ready = || store.make_ready([("pelican", "m"), ("pelican", "n")], &sample.run);
    ready().unwrap();
    ready().unwrap();
    assert_eq!(fs::read_dir(at("pelican")).unwrap().count(), 2);
    assert_eq!(fs::read_dir(at("pelican/m")).unwrap().count(), 0, "nothing is left of what was tried");
    assert!(store.list().unwrap().damaged.is_empty());
    let told = |words: StoreError, place: &str, why: &str| {
        let words = words.to_string();
        assert!(words.contains(&at(place).display().to_string()) && words.contains(why), "{words}");
    };
    for (place, why) in [("pelican/m", "it is a file, and no folder"), ("pelican", "it is a pipe")] {
        fs::remove_dir_all(at(place)).unwrap();
        if why.ends_with("pipe") {
            assert!(std::process::Command::new("mkfifo").arg(at(place)).status().unwrap().success());
        } else {
            fs::write(at(place), "").unwrap();
        }
        told(ready().unwrap_err(), place, why);
        told(try_write(&store, &sample, false).unwrap_err(), place, why);
        fs::remove_file(at(place)).unwrap();
        fs::create_dir_all(at("pelican")).unwrap();
    }
    std::os::unix::fs::symlink(store.root(), at("pelican/m")).unwrap();
    told(ready().unwrap_err(), "pelican/m", "a link, which is not followed; remove it");
    for place in ["judgements", ".incoming"] {
        drop(fs::remove_dir_all(at(place)));
        fs::write(at(place), "").unwrap();
        told(store.make_ready_for_judgements(&sample.run).unwrap_err(), place, "it is a file, and no folder");
    }
    fs::write(at("runs"), "").unwrap();
    fs::remove_file(at(".incoming")).unwrap();
    told(store.write_run(&run_of(&sample)).unwrap_err(), "runs", "move it away");
}

#[cfg(unix)]
#[test]
fn results_behind_a_file_or_at_a_link_to_nothing_are_refused_by_what_stands_in_the_way() {
    let (folder, _) = store();
    let at = |place: &str| folder.path().join(place);
    fs::write(at("file"), "").unwrap();
    std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
    for (place, taken) in [("file/results/2026", "file"), ("link", "link"), ("link/results", "link")] {
        let error = Store::open(at(place)).unwrap_err();
        assert!(matches!(&error, StoreError::NotAFolder { path } if *path == at(taken)), "{error}");
    }
    std::os::unix::fs::symlink(".", at("there")).unwrap();
    assert!(Store::open(at("there")).is_ok() && Store::open(at("there/new/results")).is_ok());
}

#[test]
fn a_run_is_read_back_and_an_unknown_one_names_the_newest() {
    let (_folder, store) = store();
    let sample = drawn("m", "2026-11-22T02:53:36Z");
    let run = run_of(&sample);
    store.write_run(&run).unwrap();
    assert_eq!(store.read_run(&run.id).unwrap(), run);
    assert!(matches!(store.write_run(&run), Err(StoreError::Exists { .. })));
    assert_eq!(store.runs().unwrap(), std::slice::from_ref(&run.id));
    assert!(store.list().unwrap().damaged.is_empty(), "runs are no attempts");
    let error = store.read_run(&sample.id).unwrap_err().to_string();
    assert!(error.contains(run.id.as_str()), "{error}");
}

#[test]
fn a_judgement_is_read_back_and_a_model_s_reply_lies_beside_it() {
    let (_folder, store) = store();
    assert!(store.judgements().unwrap().records.is_empty());
    let pair = ["a", "b"].map(|slug| drawn(slug, "2026-11-22T02:53:36Z"));
    let reply = b"Left.\r\n\xff";
    let (vote, verdict) = (vote(&pair), verdict(&pair, reply));
    let place = store.write_judgement(&vote, None).unwrap();
    assert_eq!(place, store.root().join("judgements").join(vote.id.as_str()));
    let place = store.write_judgement(&verdict, Some(reply)).unwrap();
    assert_eq!(fs::read(place.join("reply.md")).unwrap(), reply);
    assert!(matches!(store.write_judgement(&vote, None), Err(StoreError::Exists { .. })));
    for (record, reply) in [(&vote, Some(&reply[..])), (&verdict, None), (&verdict, Some(b"Right."))] {
        let mut record = record.clone();
        record.id = pelicycle_record::Id::new().unwrap();
        let error = store.write_judgement(&record, reply).unwrap_err();
        assert!(matches!(error, StoreError::Inconsistent { .. }), "{error}");
    }
    let calibration = calibrated("1-shuffled", true, None, reply);
    let place = store.write_calibration(&calibration, Some(reply)).unwrap();
    assert_eq!(fs::read(place.join("reply.md")).unwrap(), reply);
    assert_eq!(store.calibrations().unwrap().records, [calibration]);
    fs::write(place.join("calibration.json"), "{}").unwrap();
    assert_eq!(store.calibrations().unwrap().damaged.len(), 1);
    let mut expected = vec![vote, verdict];
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    let read = store.judgements().unwrap();
    assert_eq!(read.records, expected);
    assert!(read.damaged.is_empty());
    assert!(store.list().unwrap().damaged.is_empty(), "judgements are no attempts");
}

#[test]
fn a_judgement_is_taken_back_whole_and_others_stay() {
    let (_folder, store) = store();
    let pair = ["a", "b"].map(|slug| drawn(slug, "2026-11-22T02:53:36Z"));
    let votes = [vote(&pair), vote(&pair)];
    votes.iter().for_each(|vote| drop(store.write_judgement(vote, None).unwrap()));
    assert!(store.take_back_judgement(&votes[0].id).unwrap());
    assert!(!store.take_back_judgement(&votes[0].id).unwrap(), "it is gone");
    assert_eq!(store.judgements().unwrap().records, [votes[1].clone()]);
    let left: Vec<_> =
        fs::read_dir(store.root().join(".incoming")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, [".gitignore"]);
    store.write_judgement(&votes[0], None).unwrap();
}

#[test]
fn damaged_judgements_are_told_and_passed_over() {
    let (_folder, store) = store();
    let pair = ["a", "b"].map(|slug| drawn(slug, "2026-11-22T02:53:36Z"));
    let votes: Vec<_> = (0..6).map(|_| vote(&pair)).collect();
    let places: Vec<_> = votes.iter().map(|vote| store.write_judgement(vote, None).unwrap()).collect();
    let record = |index: usize| places[index].join("judgement.json");
    let change = |index: usize, from: &str, to: &str| {
        let text = fs::read_to_string(record(index)).unwrap();
        assert!(text.contains(from));
        fs::write(record(index), text.replacen(from, to, 1)).unwrap();
    };
    fs::remove_file(record(0)).unwrap();
    change(1, "\"schema\": 1", "\"schema\": 9");
    change(2, "\"left\"", "\"lft\"");
    change(3, votes[3].id.as_str(), votes[5].id.as_str());
    fs::write(record(4), vec![b' '; (16 << 20) + 1]).unwrap();
    // What bears no identifier is nobody's judgement.
    fs::create_dir(store.root().join("judgements/notes")).unwrap();
    fs::write(store.root().join("judgements/README.md"), "of three people").unwrap();
    let read = store.judgements().unwrap();
    assert_eq!(read.records, [votes[5].clone()]);
    let words = |index: usize| {
        let path = Path::new("judgements").join(votes[index].id.as_str());
        let found = read.damaged.iter().find(|damaged| damaged.path == path);
        found.unwrap().reason.to_string()
    };
    assert!(words(0).starts_with("judgement.json cannot be read"), "{}", words(0));
    assert!(words(1).contains("use a newer pelicycle"));
    assert!(words(2).starts_with("judgement.json is not a record"));
    assert!(words(3).starts_with("its id is"));
    assert!(words(4).contains("the bound is 16777216"));
    #[cfg(unix)]
    {
        fs::remove_dir_all(&places[0]).unwrap();
        std::os::unix::fs::symlink(&places[5], &places[0]).unwrap();
        fs::remove_file(record(2)).unwrap();
        std::os::unix::fs::symlink(record(5), record(2)).unwrap();
        let read = store.judgements().unwrap();
        assert_eq!(read.records.len(), 1);
        let links = read.damaged.iter().filter(|damaged| matches!(damaged.reason, DamageReason::Link { .. }));
        assert_eq!(links.count(), 2);
    }
}

#[test]
fn what_came_is_told_by_the_look_of_the_folders() {
    let (_folder, store) = store();
    let pair = ["a", "b"].map(|slug| drawn(slug, "2026-11-22T02:53:36Z"));
    write(&store, &pair[0], false);
    store.write_judgement(&vote(&pair), None).unwrap();
    let at = "2026-11-22T02:53:36Z".parse().unwrap();
    let (hash, salt) = ("0".repeat(64), "0".repeat(64));
    let seal = |name: &str| SealRecord {
        schema: SCHEMA_VERSION,
        name: name.to_owned(),
        sealed: at,
        prompts: 0,
        hash: hash.clone(),
    };
    store.write_seal(&seal("winter"), &Id::new().unwrap()).unwrap();
    let first = store.fingerprint();
    assert_eq!(store.fingerprint(), first);
    store.write_judgement(&vote(&pair), None).unwrap();
    let judged = store.fingerprint();
    assert!(judged != first && judged.has_the_attempts_of(&first));
    write(&store, &pair[1], false);
    let asked = store.fingerprint();
    assert!(asked != judged && !asked.has_the_attempts_of(&judged));
    store.write_seal(&seal("spring"), &Id::new().unwrap()).unwrap();
    let promised = store.fingerprint();
    assert!(promised != asked && promised.has_the_attempts_of(&asked));
    let (name, prompts) = ("spring".to_owned(), Vec::new());
    let revealed = RevealedRecord { schema: SCHEMA_VERSION, name, revealed: at, salt, prompts };
    store.write_revealed(&revealed, &Id::new().unwrap()).unwrap();
    let told = store.fingerprint();
    assert!(told != promised && told.has_the_attempts_of(&promised));
}

#[cfg(unix)]
#[test]
fn the_look_of_the_folders_reads_nothing_behind_a_link() {
    let (folder, store) = store();
    write(&store, &drawn("a", "2026-11-22T02:53:36Z"), false);
    let outside = tempdir();
    let link = |place: &str| std::os::unix::fs::symlink(outside.path(), folder.path().join(place)).unwrap();
    fs::create_dir_all(folder.path().join("seals/real")).unwrap();
    link("judgements");
    link("other-prompt");
    link("seals/linked");
    let before = store.fingerprint();
    fs::create_dir(outside.path().join("told-nobody")).unwrap();
    assert_eq!(store.fingerprint(), before);
}
