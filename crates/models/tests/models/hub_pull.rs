//! Fetching from the hub: by ranges, after cuts, with the sum that it names, and with the token for it alone.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pelicycle_models::hub::{
    Hub, HubError, HubSettings, HubToken, ModelSpec, PullEvent, PullListener, PulledModel, TransferTuning,
};
use pelicycle_net::BackoffPolicy;
use pelicycle_testkit::hub::{COMMIT, FakeHub, HubAct, HubRequest, HubStorage, REPO, noise, sha256};
use pelicycle_testkit::tempdir;

const FILE: &str = "Tiny-Q8_0.gguf";
const TOKEN: &str = "hf_planted_token";

/// A cache that goes with the test, and one who fetches into it.
struct Fetcher {
    cache: tempfile::TempDir,
    settings: HubSettings,
    news: Arc<Mutex<Vec<PullEvent>>>,
}

impl Fetcher {
    fn new(hub: &FakeHub) -> Fetcher {
        let cache = tempdir();
        let settings = HubSettings {
            endpoint: hub.address.parse().unwrap(),
            token: None,
            cache: cache.path().to_owned(),
            offline: false,
            tuning: TransferTuning {
                connections: 4,
                piece: 64 << 10,
                backoff: BackoffPolicy {
                    retries: 4,
                    first: Duration::from_millis(4),
                    longest: Duration::from_millis(400),
                    longest_asked: Duration::from_secs(4),
                },
                idle: Duration::from_secs(5),
            },
        };
        Fetcher { cache, settings, news: Arc::default() }
    }

    fn listener(&self) -> PullListener {
        let news = Arc::clone(&self.news);
        Arc::new(move |heard| news.lock().unwrap().push(heard))
    }

    fn pull(&self, spec: &str) -> Result<PulledModel, HubError> {
        self.pull_until(spec, Duration::from_secs(60)).expect("it ends in time")
    }

    /// As [`Fetcher::pull`]; `None` when it was dropped after `limit`.
    fn pull_until(&self, spec: &str, limit: Duration) -> Option<Result<PulledModel, HubError>> {
        let hub = Hub::new(self.settings.clone(), self.listener()).unwrap();
        let wanted = ModelSpec::parse(spec, None).unwrap();
        let work = async { hub.plan(wanted).await?.fetch().await };
        runtime().block_on(async { tokio::time::timeout(limit, work).await.ok() })
    }

    fn error(&self, spec: &str) -> String {
        let error = self.pull(spec).unwrap_err();
        assert!(!format!("{error} {error:?} {:?}", self.news).contains("planted"), "{error:?}");
        error.to_string()
    }

    fn repo(&self) -> PathBuf {
        self.cache.path().join("models--owner--Tiny-GGUF")
    }

    fn blob(&self, bytes: &[u8]) -> PathBuf {
        self.repo().join("blobs").join(sha256(bytes))
    }

    fn incomplete(&self, bytes: &[u8]) -> PathBuf {
        self.repo().join("blobs").join(format!("{}.incomplete", sha256(bytes)))
    }

    fn heard(&self, is: impl Fn(&PullEvent) -> bool) -> usize {
        self.news.lock().unwrap().iter().filter(|news| is(news)).count()
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn model() -> Vec<u8> {
    noise(1_000_003, 1)
}

/// A script that counts the requests for bytes.
fn counting(
    mut act: impl FnMut(usize, &HubRequest) -> Option<HubAct> + Send,
) -> impl FnMut(&HubRequest) -> Option<HubAct> + Send {
    let mut count = 0;
    move |request| {
        if !request.is_for_bytes() {
            return None;
        }
        count += 1;
        act(count, request)
    }
}

#[test]
fn a_file_comes_by_ranges_into_the_hubs_layout_and_is_not_fetched_again() {
    let bytes = model();
    let hub = FakeHub::new(&[(FILE, &bytes), ("README.md", b"#"), ("mmproj-F16.gguf", b"eyes")]);
    let fetcher = Fetcher::new(&hub);
    let pulled = fetcher.pull(REPO).unwrap();
    let path = fetcher.repo().join("snapshots").join(COMMIT).join(FILE);
    assert_eq!(
        pulled,
        PulledModel { commit: COMMIT.into(), files: vec![path.clone()], fetched: bytes.len() as u64 }
    );
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    #[cfg(unix)]
    assert_eq!(std::fs::read_link(&path).unwrap(), PathBuf::from("../../blobs").join(sha256(&bytes)));
    assert_eq!(std::fs::read_to_string(fetcher.repo().join("refs/main")).unwrap(), COMMIT);
    let blobs: Vec<_> = std::fs::read_dir(fetcher.repo().join("blobs")).unwrap().flatten().collect();
    assert_eq!(blobs.len(), 1, "{blobs:?}");
    let ranges = hub.seen().iter().filter(|seen| seen.is_for_bytes()).count();
    assert_eq!((ranges, hub.asked()), (16, bytes.len()));
    let arrived: u64 =
        fetcher.news.lock().unwrap().iter().map(|n| if let PullEvent::Arrived(n) = n { *n } else { 0 }).sum();
    assert_eq!(pulled.fetched, arrived);

    hub.forget();
    assert_eq!(fetcher.pull("owner/Tiny-GGUF:q8_0").unwrap().fetched, 0);
    assert_eq!(hub.asked(), 0);
    assert_eq!(fetcher.heard(|news| matches!(news, PullEvent::Present { .. })), 1);
}

#[test]
fn a_connection_that_is_cut_is_gone_on_with_where_it_was() {
    let bytes = model();
    let hub =
        FakeHub::scripted(&[(FILE, &bytes)], counting(|n, _| (n % 2 == 1).then_some(HubAct::Cut(10_000))));
    let fetcher = Fetcher::new(&hub);
    fetcher.pull(REPO).unwrap();
    assert_eq!(std::fs::read(fetcher.blob(&bytes)).unwrap(), bytes);
    assert!(fetcher.heard(|news| matches!(news, PullEvent::TryingAgain { .. })) > 3);
    assert!(hub.asked() < 2 * bytes.len(), "what came was not asked for again");
}

#[test]
fn a_server_that_always_fails_ends_it_and_the_beginning_is_kept_for_the_next_time() {
    let bytes = model();
    let broken = Arc::new(AtomicUsize::new(1));
    let flag = Arc::clone(&broken);
    let hub = FakeHub::scripted(
        &[(FILE, &bytes)],
        counting(move |_, request| {
            let fails = flag.load(Ordering::Relaxed) == 1 && request.range().unwrap().0 >= 500_000;
            fails.then_some(HubAct::Status(503, &[]))
        }),
    );
    let fetcher = Fetcher::new(&hub);
    let error = fetcher.error(REPO);
    assert!(
        error.contains("answered 503") && error.contains("the same command goes on from there"),
        "{error}"
    );
    let kept = std::fs::read(fetcher.incomplete(&bytes)).unwrap();
    assert!(kept.len() > 400_000 && bytes.starts_with(&kept), "{}", kept.len());
    assert!(!fetcher.blob(&bytes).exists() && !fetcher.repo().join("snapshots").exists());

    broken.store(0, Ordering::Relaxed);
    hub.forget();
    let pulled = fetcher.pull(REPO).unwrap();
    assert_eq!(pulled.fetched, (bytes.len() - kept.len()) as u64);
    assert_eq!(hub.asked(), bytes.len() - kept.len());
    assert_eq!(std::fs::read(fetcher.blob(&bytes)).unwrap(), bytes);
}

#[test]
fn what_came_before_it_was_stopped_is_a_beginning_of_the_file() {
    let bytes = model();
    let hub = FakeHub::scripted(
        &[(FILE, &bytes)],
        counting(|_, request| {
            (request.range().unwrap().0 >= 300_000).then_some(HubAct::Late(Duration::from_secs(3)))
        }),
    );
    let fetcher = Fetcher::new(&hub);
    assert!(fetcher.pull_until(REPO, Duration::from_millis(700)).is_none());
    let kept = std::fs::read(fetcher.incomplete(&bytes)).unwrap();
    assert!(kept.len() >= 300_000 && kept.len() < bytes.len() && bytes.starts_with(&kept), "{}", kept.len());
}

#[test]
fn a_beginning_that_another_program_left_is_gone_on_with_and_a_wrong_one_is_not() {
    let bytes = model();
    let hub = FakeHub::new(&[(FILE, &bytes)]);
    for (left, fetched) in [
        (bytes[..200_000].to_vec(), 800_003),
        (noise(200_000, 2), 1_000_003),
        (noise(2_000_000, 3), 1_000_003),
    ] {
        let fetcher = Fetcher::new(&hub);
        std::fs::create_dir_all(fetcher.repo().join("blobs")).unwrap();
        std::fs::write(fetcher.incomplete(&bytes), &left).unwrap();
        assert_eq!(fetcher.pull(REPO).unwrap().fetched, fetched);
        assert_eq!(std::fs::read(fetcher.blob(&bytes)).unwrap(), bytes);
    }
}

#[test]
fn bytes_that_are_not_the_hubs_never_get_a_place() {
    let bytes = model();
    let hub = FakeHub::scripted(&[(FILE, &bytes)], counting(|_, _| Some(HubAct::Spoil(777_777))));
    let fetcher = Fetcher::new(&hub);
    let error = fetcher.error(REPO);
    assert!(error.contains(&format!("where the hub names {}", sha256(&bytes))), "{error}");
    assert_eq!(std::fs::read_dir(fetcher.repo().join("blobs")).unwrap().count(), 0);
    assert!(!fetcher.repo().join("snapshots").exists());
}

#[test]
fn a_storage_that_lies_about_what_it_sends_is_not_believed() {
    let bytes = model();
    for act in [
        HubAct::Lie("bytes 0-65535/999"),
        HubAct::Lie("bytes 1-65536/1000003"),
        HubAct::Lie("x"),
        HubAct::More(1),
    ] {
        let lie = act.clone();
        let hub = FakeHub::scripted(&[(FILE, &bytes)], counting(move |_, _| Some(lie.clone())));
        let error = Fetcher::new(&hub).error(REPO);
        assert!(error.contains("does not answer as the hub does"), "{act:?}: {error}");
    }
}

#[test]
fn a_server_without_ranges_sends_the_file_whole() {
    let bytes = model();
    let hub = FakeHub::scripted(&[(FILE, &bytes)], counting(|_, _| Some(HubAct::Whole)));
    let fetcher = Fetcher::new(&hub);
    fetcher.pull(REPO).unwrap();
    assert_eq!(std::fs::read(fetcher.blob(&bytes)).unwrap(), bytes);
    assert_eq!(fetcher.heard(|news| matches!(news, PullEvent::StartedOver { .. })), 1);
}

#[test]
fn the_token_goes_to_the_hub_and_to_nobody_else() {
    let bytes = model();
    for (storage, others) in
        [(HubStorage::Elsewhere, true), (HubStorage::Relative, false), (HubStorage::Own, false)]
    {
        let hub = FakeHub::with(&[(FILE, &bytes)], storage, 1000, |_| None);
        let mut fetcher = Fetcher::new(&hub);
        fetcher.settings.token = Some(HubToken::new(TOKEN).unwrap());
        fetcher.pull(REPO).unwrap();
        assert_eq!(std::fs::read(fetcher.blob(&bytes)).unwrap(), bytes, "{storage:?}");
        let seen = hub.seen();
        assert_eq!(seen.iter().any(|seen| seen.to_storage), others, "{storage:?}");
        for request in seen {
            let sent = request.headers.get("authorization").map(String::as_str);
            let expected = (!request.to_storage).then_some("Bearer hf_planted_token");
            assert_eq!(sent, expected, "{storage:?} {request:?}");
        }
        assert!(!format!("{:?} {:?}", fetcher.settings, fetcher.news).contains("planted"));
    }
}

#[test]
fn an_address_of_the_storage_that_expires_is_asked_for_again() {
    let bytes = model();
    let hub = FakeHub::scripted(
        &[(FILE, &bytes)],
        counting(|n, _| (n == 5 || n == 9).then_some(HubAct::Status(403, &[]))),
    );
    let fetcher = Fetcher::new(&hub);
    fetcher.pull(REPO).unwrap();
    assert_eq!(std::fs::read(fetcher.blob(&bytes)).unwrap(), bytes);
    let heads = hub.seen().iter().filter(|seen| seen.method == "HEAD").count();
    assert!((2..=3).contains(&heads), "{heads}");
    // One that never works again is no endless loop.
    let hub = FakeHub::scripted(&[(FILE, &bytes)], counting(|_, _| Some(HubAct::Status(403, &[]))));
    assert!(Fetcher::new(&hub).error(REPO).contains("answered 403"));
}

#[test]
fn refusals_say_what_to_do_and_are_not_repeated() {
    let files: &[(&str, &[u8])] = &[(FILE, b"x")];
    for (status, headers, with_token, expected) in [
        (401, &[("x-error-code", "GatedRepo")][..], false, ["accept its terms", "set HF_TOKEN"]),
        (403, &[("x-error-code", "GatedRepo")][..], true, ["accept its terms", "your token's account"]),
        (
            403,
            &[("x-error-message", "not yours")][..],
            true,
            ["answered 403: not yours", "your token may not read"],
        ),
        (401, &[][..], false, ["knows no owner/Tiny-GGUF", "where it is private"]),
        (
            404,
            &[("x-error-code", "RepoNotFound")][..],
            true,
            ["knows no owner/Tiny-GGUF", "your token may not see it"],
        ),
        (404, &[("x-error-code", "RevisionNotFound")][..], false, ["has no revision", "\"main\""]),
        (400, &[("x-error-message", "no such thing")][..], false, ["answered 400", "no such thing"]),
    ] {
        let hub = FakeHub::scripted(files, move |_| Some(HubAct::Status(status, headers)));
        let mut fetcher = Fetcher::new(&hub);
        fetcher.settings.token = with_token.then(|| HubToken::new(TOKEN).unwrap());
        let error = fetcher.error(REPO);
        assert!(expected.iter().all(|words| error.contains(words)), "{status}: {error}");
        assert_eq!(hub.seen().len(), 1);
    }
}

#[test]
fn a_busy_hub_is_asked_again_when_it_says() {
    let bytes = model();
    let mut count = 0;
    let hub = FakeHub::scripted(&[(FILE, &bytes)], move |_| {
        count += 1;
        match count {
            1 => Some(HubAct::Status(429, &[("retry-after", "1")])),
            3 => Some(HubAct::Status(500, &[])),
            6 => Some(HubAct::Status(429, &[])),
            _ => None,
        }
    });
    let fetcher = Fetcher::new(&hub);
    fetcher.pull(REPO).unwrap();
    let waited =
        fetcher.heard(|news| matches!(news, PullEvent::TryingAgain { pause, .. } if pause.as_secs() == 1));
    assert_eq!((waited, fetcher.heard(|news| matches!(news, PullEvent::TryingAgain { .. }))), (1, 3));

    let hub =
        FakeHub::scripted(&[(FILE, &bytes)], |_| Some(HubAct::Status(429, &[("retry-after", "86400")])));
    assert!(Fetcher::new(&hub).error(REPO).contains("answered 429"), "nobody waits a day");
}

#[test]
fn all_parts_of_a_split_model_come_from_a_list_of_several_pages() {
    let parts: Vec<_> = (1..=3u64).map(|n| noise(100_000, n)).collect();
    let names: Vec<_> = (1..=3).map(|n| format!("Q8_0/Tiny Q8_0 (x)-Q8_0-{n:05}-of-00003.gguf")).collect();
    let mut files: Vec<(&str, &[u8])> =
        names.iter().map(String::as_str).zip(parts.iter().map(Vec::as_slice)).collect();
    files.push(("Tiny-Q4_0.gguf", b"small"));
    // Names with blanks are escaped on their way, which this server does not undo.
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.replace(" Q8_0 (x)", ""), *bytes)).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let hub = FakeHub::with(&files, HubStorage::Elsewhere, 2, |_| None);
    let fetcher = Fetcher::new(&hub);
    let pulled = fetcher.pull("owner/Tiny-GGUF:q8_0").unwrap();
    assert_eq!(pulled.files.len(), 3);
    for (path, bytes) in pulled.files.iter().zip(&parts) {
        assert_eq!(&std::fs::read(path).unwrap(), bytes, "{}", path.display());
    }
    assert!(pulled.files[0].ends_with("Q8_0/Tiny-Q8_0-00001-of-00003.gguf"));
}

#[test]
fn what_a_hostile_hub_says_leads_nowhere() {
    let outside = "../../../../escape-Q8_0.gguf";
    let hub = FakeHub::new(&[(outside, b"x")]);
    let error = Fetcher::new(&hub).error(REPO);
    assert!(error.contains("no GGUF model"), "{error}");
    for headers in [
        &[("x-repo-commit", "../../x"), ("etag", "\"0\""), ("x-linked-size", "1")][..],
        &[("x-repo-commit", COMMIT), ("etag", "\"../../../x\""), ("x-linked-size", "1")][..],
        &[("x-repo-commit", COMMIT), ("etag", "\"0\"")][..],
    ] {
        let hub = FakeHub::scripted(&[(FILE, b"x")], move |request| {
            (request.method == "HEAD").then_some(HubAct::Status(200, headers))
        });
        let fetcher = Fetcher::new(&hub);
        assert!(fetcher.error(REPO).contains("does not answer as the hub does"), "{headers:?}");
        assert_eq!(std::fs::read_dir(fetcher.cache.path()).unwrap().count(), 0);
    }
    let hub = FakeHub::scripted(&[(FILE, b"x")], |_| Some(HubAct::Status(302, &[("location", "/round")])));
    assert!(Fetcher::new(&hub).error(REPO).contains("redirects too often"));
    let hub = FakeHub::scripted(&[(FILE, b"x")], |_| {
        Some(HubAct::Status(302, &[("location", "file:///etc/passwd")]))
    });
    assert!(Fetcher::new(&hub).error(REPO).contains("redirects to file://"));
}

#[cfg(unix)]
#[test]
fn a_file_larger_than_the_disk_is_not_begun() {
    const SUM: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    const HEAD: &[(&str, &str)] =
        &[("x-repo-commit", COMMIT), ("x-linked-etag", SUM), ("x-linked-size", "9000000000000000000")];
    let list = r#"[{"type":"file","oid":"0","path":"Tiny-Q8_0.gguf","size":9000000000000000000}]"#;
    let hub = FakeHub::scripted(&[], move |request| {
        Some(if request.method == "HEAD" { HubAct::Status(200, HEAD) } else { HubAct::Text(list) })
    });
    let fetcher = Fetcher::new(&hub);
    let error = fetcher.error(REPO);
    assert!(error.contains(" free, and 9000000000."), "{error}");
    assert_eq!(std::fs::read_dir(fetcher.cache.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_changes_under_way_is_not_mixed_up() {
    const OTHER: &[(&str, &str)] = &[
        ("x-repo-commit", COMMIT),
        ("x-linked-etag", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"),
        ("x-linked-size", "1"),
    ];
    let hub = FakeHub::scripted(&[(FILE, b"y")], |request| {
        (request.method == "HEAD").then_some(HubAct::Status(200, OTHER))
    });
    assert!(Fetcher::new(&hub).error(REPO).contains("changed in the repository"));
}

#[test]
fn offline_only_the_cache_is_asked() {
    let bytes = model();
    let hub = FakeHub::new(&[(FILE, &bytes)]);
    let mut fetcher = Fetcher::new(&hub);
    fetcher.settings.offline = true;
    assert!(fetcher.error(REPO).contains("HF_HUB_OFFLINE is set, and owner/Tiny-GGUF is not in the cache"));
    assert!(hub.seen().is_empty());
    fetcher.settings.offline = false;
    let pulled = fetcher.pull(REPO).unwrap();
    hub.forget();
    fetcher.settings.offline = true;
    assert_eq!(fetcher.pull(REPO).unwrap(), PulledModel { fetched: 0, ..pulled });
    assert!(fetcher.error("owner/Tiny-GGUF:q4_0").contains("has no \"q4_0\""));
    assert!(hub.seen().is_empty());
}

#[test]
fn two_who_want_the_same_file_fetch_it_once() {
    let bytes = model();
    let hub =
        FakeHub::scripted(&[(FILE, &bytes)], counting(|_, _| Some(HubAct::Late(Duration::from_millis(20)))));
    let one = Fetcher::new(&hub);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| one.pull(REPO).unwrap().fetched);
        let fetched = one.pull(REPO).unwrap().fetched + other.join().unwrap();
        assert_eq!(fetched, bytes.len() as u64);
    });
    assert_eq!(hub.asked(), bytes.len());
}
