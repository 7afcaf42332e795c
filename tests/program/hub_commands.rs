//! `model pull`, `list` and `rm` as a person calls them, and what the hub's own library makes of the cache.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataValue};
use pelicycle_engine::quant::TensorType;
use pelicycle_testkit::hub::{COMMIT, FakeHub, HubAct, REPO, noise, sha256};
use pelicycle_testkit::model_file::babbler;
use pelicycle_testkit::program::program;
use pelicycle_testkit::{has_python, tempdir};

const FILE: &str = "Tiny-Q8_0.gguf";

/// A home that goes with the test.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempdir())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn hub_cache(&self) -> PathBuf {
        self.path().join(".cache/huggingface/hub")
    }

    fn command(&self, hub: Option<&FakeHub>, args: &[&str]) -> Command {
        let mut command = program();
        command.args(args).current_dir(self.path()).stdin(Stdio::null()).env_clear();
        command.env("HOME", self.path()).env("USERPROFILE", self.path()).env("NO_PROXY", "127.0.0.1");
        if let Some(hub) = hub {
            command.env("HF_ENDPOINT", &hub.address).env("HF_TOKEN", "hf_planted_token");
        }
        command
    }

    /// Standard output and standard error of a command that ends with `code`.
    fn says(&self, hub: Option<&FakeHub>, code: i32, args: &[&str]) -> (String, String) {
        let Output { status, stdout, stderr } = self.command(hub, args).output().unwrap();
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{args:?}\n{stdout}\n{stderr}");
        assert!(!format!("{stdout}{stderr}").contains("planted"), "{stdout}\n{stderr}");
        (stdout, stderr)
    }
}

#[test]
fn a_model_is_pulled_listed_run_and_removed_by_its_name() {
    let home = Home::new();
    let bytes = std::fs::read(babbler(home.path(), 1)).unwrap();
    let hub = FakeHub::new(&[(FILE, &bytes), ("Tiny-F16.gguf", b"not asked for")]);
    let (out, err) = home.says(Some(&hub), 0, &["model", "pull", "owner/Tiny-GGUF:q8_0"]);
    assert!(out.starts_with("local/tiny is ready (") && out.trim_end().ends_with(FILE), "{out}");
    assert!(err.contains("Tiny-Q8_0.gguf: ") && err.contains("whole, with the hub's sum"), "{err}");
    let (out, err) = home.says(Some(&hub), 0, &["model", "pull", REPO, "-q"]);
    assert!(out.starts_with("local/tiny is ready") && err.is_empty(), "{out}{err}");

    let (out, _) = home.says(None, 0, &["model", "list", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    let row = &rows[1];
    assert_eq!((&rows[0]["name"], &row["name"]), (&"local/hatchling".into(), &"local/tiny".into()));
    assert_eq!((&row["architecture"], &row["quantization"]), (&"qwen3moe".into(), &"Q8_0".into()));
    assert_eq!((&row["place"], &row["repo"], &row["commit"]), (&"hub".into(), &REPO.into(), &COMMIT.into()));
    assert_eq!((&row["bytes"], &row["problem"]), (&bytes.len().into(), &serde_json::Value::Null));

    let (_, err) = home.says(None, 0, &["run", "-m", "local/tiny", "--max-tokens", "5", "--no-gallery"]);
    assert!(err.starts_with("local/tiny is ") && err.contains("the hub's cache, owner/Tiny-GGUF"), "{err}");

    let (_, err) = home.says(None, 1, &["model", "rm", "local/tiny"]);
    assert!(err.contains("nobody is there to ask; --yes"), "{err}");
    let (out, _) = home.says(None, 0, &["model", "rm", "local/tiny", "--yes"]);
    assert!(out.contains("removed; "), "{out}");
    assert!(!home.hub_cache().join("models--owner--Tiny-GGUF").exists());
    let (_, err) = home.says(None, 0, &["model", "list"]);
    assert!(err.contains("`pelicycle model pull OWNER/REPO` fetches one"), "{err}");
    let (_, err) = home.says(None, 2, &["model", "pull", "tiny"]);
    assert!(err.contains("\"tiny\" is no model of the hub"), "{err}");
    let (_, err) = home.says(Some(&hub), 1, &["model", "pull", "owner/Tiny-GGUF:q2_k"]);
    assert!(err.contains("has no \"q2_k\"; it has:\n  F16 "), "{err}");
}

#[test]
fn what_would_not_run_is_said_before_it_is_fetched_and_what_runs_with_what_it_needs() {
    let home = Home::new();
    // The header alone is looked at; what follows it is long.
    let mut runs = std::fs::read(babbler(home.path(), 1)).unwrap();
    runs.resize(6 << 20, 0);
    let mut other = GgufBuilder::default();
    other.pair("general.architecture", MetadataValue::String("unheard-of".into()));
    other.tensor("token_embd.weight", &[1024, 1024], TensorType::F32).unwrap();
    let mut unknown = Vec::new();
    other.write(&mut unknown, |tensor, out| out.write_all(&vec![0; tensor.bytes as usize])).unwrap();
    let hub = FakeHub::new(&[("Tiny-UD-Q4_K_M.gguf", &runs), (FILE, &unknown)]);
    let (_, err) = home.says(Some(&hub), 1, &["model", "pull", "owner/Tiny-GGUF:q8_0"]);
    assert!(err.contains("not fetched: Tiny-Q8_0.gguf: ") && err.contains("unheard-of"), "{err}");
    assert!(err.contains("--anyway") && hub.asked() <= 1 << 20, "{err} {}", hub.asked());
    assert!(!home.hub_cache().exists());
    // Without a quantization: the usual one's variant, and not the next.
    let (out, err) = home.says(Some(&hub), 0, &["model", "pull", REPO]);
    assert!(out.contains("Tiny-UD-Q4_K_M.gguf"), "{out}");
    assert!(err.contains(" of weights") && err.contains("tokens/s if memory is the limit"), "{err}");
    let (_, err) = home.says(Some(&hub), 0, &["model", "pull", "owner/Tiny-GGUF:q8_0", "--anyway"]);
    assert!(err.contains("it won't run here"), "{err}");
    let (out, _) = home.says(None, 0, &["model", "list"]);
    let line = out.lines().find(|line| line.contains("Tiny-Q8_0.gguf")).unwrap();
    assert!(line.contains("can't run") && line.contains("unheard-of"), "{line}");
}

/// Of a file of gigabytes no weight has come when its header is looked at.
#[test]
fn a_model_is_not_judged_by_weights_that_were_not_fetched_yet() {
    let home = Home::new();
    let small = Gguf::open(&babbler(home.path(), 1)).unwrap();
    let mut file = GgufBuilder::default();
    for (key, value) in small.metadata() {
        file.pair(key.clone(), value.clone());
    }
    // A tower for pictures, which no model reads, stands before all others.
    file.tensor("v.patch_embd.weight".to_owned(), &[1024, 1024], TensorType::F32).unwrap();
    for tensor in small.tensors() {
        file.tensor(tensor.name.clone(), &tensor.dims, tensor.tensor_type).unwrap();
    }
    let mut bytes = Vec::new();
    file.write(&mut bytes, |planned, out| match small.tensor(&planned.name) {
        Some(tensor) => out.write_all(small.bytes(tensor)),
        None => out.write_all(&vec![1; planned.bytes as usize]),
    })
    .unwrap();
    let hub = FakeHub::new(&[(FILE, &bytes)]);
    let (out, err) = home.says(Some(&hub), 0, &["model", "pull", REPO]);
    assert!(out.contains("is ready") && err.contains(" of weights"), "{out}{err}");
    // What came with a hole in it is told then.
    let mut hole = bytes.clone();
    let end = hole.len() - 2_000;
    hole[end - 40_000..end].fill(0);
    std::fs::create_dir(home.path().join("models")).unwrap();
    std::fs::write(home.path().join("models/holed.gguf"), &hole).unwrap();
    let (_, err) = home.says(None, 1, &["run", "-m", "local/holed", "--max-tokens", "5", "--no-gallery"]);
    assert!(err.contains("local/holed") && err.contains("so the file"), "{err}");
}

#[test]
fn a_file_that_another_program_has_is_offered() {
    let home = Home::new();
    let bytes = noise(100_000, 7);
    let hub = FakeHub::new(&[(FILE, &bytes)]);
    let ollama = home.path().join(".ollama/models");
    let manifest = ollama.join("manifests/hf.co/owner/Tiny-GGUF/Q8_0");
    std::fs::create_dir_all(manifest.parent().unwrap()).unwrap();
    std::fs::create_dir_all(ollama.join("blobs")).unwrap();
    let hash = sha256(&bytes);
    std::fs::write(ollama.join(format!("blobs/sha256-{hash}")), &bytes).unwrap();
    let kind = "application/vnd.ollama.image.model";
    let layer =
        serde_json::json!({ "mediaType": kind, "digest": format!("sha256:{hash}"), "size": bytes.len() });
    std::fs::write(&manifest, serde_json::json!({ "layers": [layer] }).to_string()).unwrap();
    let (out, _) = home.says(Some(&hub), 0, &["model", "pull", REPO]);
    assert!(out.contains("on this machine already (Ollama, hf.co/owner/Tiny-GGUF:Q8_0)"), "{out}");
    assert!(!home.hub_cache().exists() && hub.asked() == 0);
    home.says(Some(&hub), 0, &["model", "pull", REPO, "--again"]);
    assert_eq!(hub.asked(), bytes.len());
}

#[cfg(unix)]
#[test]
fn an_interrupted_pull_is_finished_by_the_same_command() {
    let home = Home::new();
    let bytes = noise(12 << 20, 3);
    let mut slow = true;
    let hub = FakeHub::scripted(&[(FILE, &bytes)], move |request| {
        let late = slow && request.is_for_bytes() && request.range().unwrap().0 > 0;
        slow &= !late;
        late.then_some(HubAct::Late(Duration::from_secs(20)))
    });
    let mut pull = home.command(Some(&hub), &["model", "pull", REPO]);
    let child = pull.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let part = home.hub_cache().join(format!("models--owner--Tiny-GGUF/blobs/{}.incomplete", sha256(&bytes)));
    let begun = std::time::Instant::now();
    while std::fs::metadata(&part).map_or(0, |meta| meta.len()) < 8 << 20 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the first range came");
        std::thread::sleep(Duration::from_millis(20));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(said.contains("the same command goes on from there"), "{said}");
    hub.forget();
    let (_, err) = home.says(Some(&hub), 0, &["model", "pull", REPO]);
    assert!(err.contains("going on after 8.4 MB of 12.6 MB"), "{err}");
    assert_eq!(hub.asked(), 4 << 20);
}

/// The hub's own library finds what this one fetched, and the other way round.
#[test]
fn the_hubs_own_library_and_this_one_share_a_cache() {
    if !has_python("huggingface_hub") {
        return;
    }
    let home = Home::new();
    let (bytes, other) = (noise(300_000, 5), noise(200_000, 6));
    let hub = FakeHub::new(&[(FILE, &bytes), ("Tiny-Q4_0.gguf", &other)]);
    home.says(Some(&hub), 0, &["model", "pull", "owner/Tiny-GGUF:q8_0"]);
    let python = |script: &str| {
        let mut command = home.command(Some(&hub), &[]);
        let mut python = Command::new("python3");
        python.args(["-c", script]).env_clear();
        for (name, value) in command.get_envs() {
            python.env(name, value.unwrap());
        }
        command.stdin(Stdio::null());
        python.env("HF_HUB_DISABLE_XET", "1").env("PATH", std::env::var_os("PATH").unwrap());
        let Output { status, stdout, stderr } = python.output().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    };
    hub.forget();
    let scanned = python(
        "import huggingface_hub as h\n\
         info = h.scan_cache_dir()\n\
         assert not info.warnings, info.warnings\n\
         [repo] = info.repos\n\
         [revision] = repo.revisions\n\
         [file] = revision.files\n\
         print(repo.repo_id, revision.commit_hash, *revision.refs, file.file_name, file.size_on_disk)\n\
         print(h.hf_hub_download('owner/Tiny-GGUF', 'Tiny-Q8_0.gguf'))\n\
         print(h.hf_hub_download('owner/Tiny-GGUF', 'Tiny-Q4_0.gguf'))",
    );
    let lines: Vec<&str> = scanned.lines().collect();
    assert_eq!(lines[0], format!("{REPO} {COMMIT} main {FILE} 300000"));
    assert!(lines[1].ends_with(&format!("snapshots/{COMMIT}/{FILE}")), "{scanned}");
    let fetched: Vec<_> = hub.seen().into_iter().filter(|seen| seen.is_for_bytes()).collect();
    assert!(
        fetched.iter().all(|seen| seen.path.contains("Q4_0")),
        "what was there was not fetched: {fetched:?}"
    );

    hub.forget();
    let (out, _) = home.says(Some(&hub), 0, &["model", "pull", "owner/Tiny-GGUF:q4_0"]);
    assert!(out.contains("is ready") && hub.asked() == 0, "what the library fetched is there: {out}");
}
