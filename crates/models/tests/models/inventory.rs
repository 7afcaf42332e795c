//! Local names: models are found where other programs keep theirs, and nothing there is trusted.

use std::path::{Path, PathBuf};

use pelicycle_models::{Inventory, ModelFolders, ModelNameError, ModelSource, Removal, projectors_beside};
use pelicycle_testkit::tempdir;

const MAIN: &str = "0123456789abcdef0123456789abcdef01234567";
const OLD: &str = "fedcba9876543210fedcba9876543210fedcba98";

/// Folders of all programs, in one that goes with the test.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Machine {
        Machine(tempdir())
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn places(&self) -> ModelFolders {
        ModelFolders {
            folders: vec![self.at("models")],
            hub: Some(self.at("hub")),
            llama_cpp: Some(self.at("llama.cpp")),
            lm_studio: vec![self.at("lm-studio")],
            ollama: vec![self.at("ollama")],
        }
    }

    fn inventory(&self) -> Inventory {
        Inventory::scan(&self.places())
    }

    /// A file in the hub's cache, as its own library lays it out.
    #[cfg(unix)]
    fn cached(&self, repo: &str, commit: &str, file: &str, blob: &str, bytes: &[u8]) -> PathBuf {
        let folder = format!("hub/models--{}", repo.replace('/', "--"));
        self.write(&format!("{folder}/blobs/{blob}"), bytes);
        self.write(&format!("{folder}/refs/main"), MAIN.as_bytes());
        let link = self.at(&format!("{folder}/snapshots/{commit}/{file}"));
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        let up = "../".repeat(file.matches('/').count() + 2);
        std::os::unix::fs::symlink(format!("{up}blobs/{blob}"), &link).unwrap();
        link
    }

    /// A model in Ollama's store.
    fn ollama(&self, name: &str, digest: &str, size: usize) {
        let manifest = format!(
            r#"{{"schemaVersion":2,"config":{{}},"layers":[
                {{"mediaType":"application/vnd.ollama.image.license","digest":"sha256:0","size":1}},
                {{"mediaType":"application/vnd.ollama.image.model","digest":"{digest}","size":{size}}}]}}"#
        );
        self.write(&format!("ollama/manifests/registry.ollama.ai/{name}"), manifest.as_bytes());
    }
}

fn path_of(inventory: &Inventory, name: &str) -> PathBuf {
    inventory.find(name).unwrap().path().to_owned()
}

#[test]
fn a_machine_without_models_says_how_to_get_one() {
    let error = Machine::new().inventory().find("qwen3").unwrap_err().to_string();
    assert!(error.contains("\"qwen3\"") && error.contains("`pelicycle model pull OWNER/REPO`"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_model_in_the_hubs_cache_is_found_by_each_of_its_names() {
    let machine = Machine::new();
    let repo = "unsloth/Qwen3.6-35B-A3B-GGUF";
    let link = machine.cached(repo, MAIN, "Qwen3.6-35B-A3B-UD-Q4_K_XL.gguf", "aa", b"weights");
    machine.cached(repo, MAIN, "mmproj-F16.gguf", "bb", b"eyes");
    let inventory = machine.inventory();
    for name in [
        "qwen3.6-35b-a3b",
        "Qwen3.6-35B-A3B",
        "qwen3.6-35b-a3b:ud-q4_k_xl",
        "Qwen3.6-35B-A3B-UD-Q4_K_XL",
        "unsloth/qwen3.6-35b-a3b-gguf",
        "unsloth/Qwen3.6-35B-A3B-GGUF:UD-Q4_K_XL",
        "qwen3.6",
    ] {
        assert_eq!(path_of(&inventory, name), link, "{name}");
    }
    let [found] = inventory.models() else { panic!("{inventory:?}") };
    assert_eq!((found.bytes, inventory.name_of(found).as_str()), (7, "local/qwen3.6-35b-a3b"));
    let origin = ModelSource::Hub {
        repo: repo.into(),
        commit: MAIN.into(),
        file: "Qwen3.6-35B-A3B-UD-Q4_K_XL.gguf".into(),
    };
    assert_eq!(found.origin, origin);
    assert!(inventory.passed_over().is_empty());
}

#[test]
fn models_in_folders_of_ones_own_folder_are_found() {
    let machine = Machine::new();
    let files = ["models/qwen/qwen-Q4_0.gguf", "models/org/repo/UD-Q4_K_XL/big-00001-of-00002.gguf"]
        .map(|path| machine.write(path, b"weights"));
    machine.write("models/org/repo/UD-Q4_K_XL/big-00002-of-00002.gguf", b"weights");
    machine.write("models/org/repo/UD-Q4_K_XL/deep/deeper-Q8_0.gguf", b"weights");
    machine.write("models/.cache/hidden-Q8_0.gguf", b"weights");
    machine.write("models/qwen/mmproj/eyes-F16.gguf", b"weights");
    let mut places = machine.places();
    places.folders.push(machine.at("models/qwen"));
    let inventory = Inventory::scan(&places);
    assert_eq!(path_of(&inventory, "qwen"), files[0]);
    assert_eq!((path_of(&inventory, "big"), inventory.models().len()), (files[1].clone(), 2));
}

#[test]
fn of_ones_own_folders_the_least_deep_that_has_a_name_counts() {
    let machine = Machine::new();
    let old = machine.write("models/old/qwen-Q4_0.gguf", b"older weights");
    machine.write("models/old/org/phi-Q4_0.gguf", b"phi");
    let deep = machine.write("models/older/org/repo/phi-Q4_0.gguf", b"another");
    let whole = machine.write("models/big/big-Q4_0.gguf", b"whole");
    machine.write("models/big-Q4_0-00001-of-00002.gguf", b"half");
    assert_eq!(path_of(&machine.inventory(), "qwen"), old);
    let near = machine.write("models/qwen-Q4_0.gguf", b"weights");
    let inventory = machine.inventory();
    for name in ["qwen", "qwen:q4_0", "qwen-Q4_0", "qw"] {
        assert_eq!(path_of(&inventory, name), near, "{name}");
    }
    assert_eq!(path_of(&inventory, "phi"), machine.at("models/old/org/phi-Q4_0.gguf"));
    assert_eq!(path_of(&inventory, "big"), whole, "a whole one counts before a near one");
    for hidden in [&old, &deep] {
        let found = inventory.models().iter().find(|found| found.path() == *hidden).unwrap();
        assert_eq!(inventory.name_of(found), hidden.display().to_string());
    }
    // Of those that are as near, none is preferred, nor before another program's.
    machine.write("models/new/phi-Q4_0.gguf", b"new phi");
    machine.write("models/newer/phi-Q4_0.gguf", b"newer phi");
    machine.write("lm-studio/org/repo/qwen-Q4_0.gguf", b"other");
    for name in ["phi", "qwen"] {
        let Err(ModelNameError::Ambiguous { candidates, .. }) = machine.inventory().find(name) else {
            panic!("{name}")
        };
        assert_eq!(candidates.len(), 2, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_many_ways_lead_to_is_looked_into_once() {
    use std::os::unix::fs::symlink;
    let machine = Machine::new();
    machine.write("models/qwen/qwen-Q4_0.gguf", b"weights");
    let disk = machine.write("disk/far-Q4_0.gguf", b"far");
    machine.cached("a/B-GGUF", MAIN, "B-Q8_0.gguf", "aa", b"new weights");
    machine.cached("a/B-GGUF", OLD, "B-Q8_0.gguf", "bb", b"old");
    machine.write("lm-studio/one/Phi-4-GGUF/Phi-4-Q6_K.gguf", b"phi");
    machine.write("lm-studio/one/Phi-4-GGUF/Q8_0/Phi-4-Q8_0.gguf", b"phi in a folder");
    machine.write("llama.cpp/llama-Q4_0.gguf", b"llama");
    symlink(".", machine.at("models/self")).unwrap();
    symlink(machine.at("models"), machine.at("models/qwen/up")).unwrap();
    symlink(disk.parent().unwrap(), machine.at("models/disk")).unwrap();
    let mut places = machine.places();
    let more = ["models/../models", "models/qwen", "hub", "lm-studio", "."].map(|path| machine.at(path));
    places.folders.extend(more);
    let inventory = Inventory::scan(&places);
    let mut found: Vec<&str> = inventory.models().iter().map(|found| found.stem.as_str()).collect();
    found.sort_unstable();
    let expected = ["B-Q8_0", "Phi-4-Q6_K", "Phi-4-Q8_0", "far-Q4_0", "llama-Q4_0", "qwen-Q4_0"];
    assert_eq!(found, expected, "{inventory:?}");
    assert_eq!(path_of(&inventory, "b").strip_prefix(machine.at("hub/models--a--B-GGUF")).err(), None);
}

#[cfg(unix)]
#[test]
fn parts_in_a_folder_of_a_snapshot_are_one_model() {
    let machine = Machine::new();
    let first = machine.cached("a/B-GGUF", MAIN, "Q8_0/B-Q8_0-00001-of-00002.gguf", "aa", b"one");
    machine.cached("a/B-GGUF", MAIN, "Q8_0/B-Q8_0-00002-of-00002.gguf", "bb", b"three");
    let inventory = machine.inventory();
    let found = inventory.find("b").unwrap();
    assert_eq!((found.path(), found.bytes, found.files.len()), (first.as_path(), 8, 2));
}

#[cfg(unix)]
#[test]
fn of_several_snapshots_that_of_main_counts_and_removing_takes_them_all() {
    let machine = Machine::new();
    let main = machine.cached("a/B-GGUF", MAIN, "B-Q8_0.gguf", "aa", b"new weights");
    let old = machine.cached("a/B-GGUF", OLD, "B-Q8_0.gguf", "bb", b"old");
    let other = machine.cached("a/B-GGUF", OLD, "B-Q4_0.gguf", "bb", b"old");
    let inventory = machine.inventory();
    assert_eq!(path_of(&inventory, "b:q8_0"), main);
    let removal = Removal::plan(&machine.at("hub"), inventory.find("b:q8_0").unwrap()).unwrap();
    // The old blob is another file's as well.
    assert_eq!((removal.links.len(), removal.blobs.len(), removal.bytes), (2, 1, 11));
    removal.carry_out().unwrap();
    assert!(!main.exists() && !main.parent().unwrap().exists() && old.symlink_metadata().is_err());
    assert_eq!(std::fs::read(&other).unwrap(), b"old");
    let inventory = machine.inventory();
    Removal::plan(&machine.at("hub"), inventory.find("b").unwrap()).unwrap().carry_out().unwrap();
    assert!(!machine.at("hub/models--a--B-GGUF").exists(), "nothing is left of the repository");
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_cache_are_passed_over() {
    let machine = Machine::new();
    machine.cached("a/B-GGUF", MAIN, "B-Q8_0.gguf", "aa", b"x");
    let secret = machine.write("secret.gguf", b"not of the cache");
    let snapshot = machine.at(&format!("hub/models--a--B-GGUF/snapshots/{MAIN}"));
    std::os::unix::fs::symlink(&secret, snapshot.join("C-Q8_0.gguf")).unwrap();
    std::os::unix::fs::symlink("gone", snapshot.join("D-Q8_0.gguf")).unwrap();
    std::os::unix::fs::symlink(machine.at("."), snapshot.join("loop")).unwrap();
    let inventory = machine.inventory();
    assert_eq!(inventory.models().len(), 1);
    let why: Vec<&str> = inventory.passed_over().iter().map(|passed| passed.why.as_str()).collect();
    assert!(
        why[0].starts_with("leads out of the cache") && why[1].starts_with("leads to no file"),
        "{why:?}"
    );
}

#[test]
fn ollamas_models_are_found_by_its_own_names() {
    let machine = Machine::new();
    let digest = |c: char| c.to_string().repeat(64);
    for (name, c) in [("library/qwen3.6/35b-a3b", 'a'), ("library/llama3/latest", 'b'), ("me/tiny/q8_0", 'c')]
    {
        machine.write(&format!("ollama/blobs/sha256-{}", digest(c)), name.as_bytes());
        machine.ollama(name, &format!("sha256:{}", digest(c)), name.len());
    }
    let inventory = machine.inventory();
    let blob = |c| machine.at(&format!("ollama/blobs/sha256-{}", digest(c)));
    for (name, c) in [
        ("qwen3.6-35b-a3b", 'a'),
        ("qwen3.6:35b-a3b", 'a'),
        ("llama3", 'b'),
        ("llama3:latest", 'b'),
        ("me/tiny:q8_0", 'c'),
        ("tiny:q8_0", 'c'),
    ] {
        assert_eq!(path_of(&inventory, name), blob(c), "{name}");
    }
    let found = inventory.find("llama3").unwrap();
    assert_eq!(found.stem, "llama3");
    let error = Removal::plan(&machine.at("hub"), found).unwrap_err().to_string();
    assert!(error.contains("`ollama rm llama3:latest` removes it"), "{error}");
}

#[test]
fn a_manifest_that_lies_is_passed_over() {
    let machine = Machine::new();
    let hash = "a".repeat(64);
    machine.write(&format!("ollama/blobs/sha256-{hash}"), b"half");
    machine.write("passwd", b"root");
    machine.ollama("library/traversal/1", "sha256:../../passwd", 4);
    machine.ollama("library/cut/1", &format!("sha256:{hash}"), 8);
    machine.ollama("library/gone/1", &format!("sha256:{}", "b".repeat(64)), 8);
    machine.write("ollama/manifests/registry.ollama.ai/library/huge/1", &vec![b' '; (1 << 20) + 1]);
    machine.write("ollama/manifests/registry.ollama.ai/library/other/1", b"[]");
    machine.write("ollama/manifests/registry.ollama.ai/library/cloud/1", br#"{"layers":[]}"#);
    let inventory = machine.inventory();
    assert!(inventory.models().is_empty(), "{inventory:?}");
    let why: Vec<&str> = inventory.passed_over().iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(why.len(), 5, "{why:?}");
    for (n, expected) in [
        "has 4 bytes of 8",
        "can't be read",
        "too large for a manifest",
        "is no manifest",
        "which is no SHA-256",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(why[n].contains(expected), "{expected}: {why:?}");
    }
}

#[cfg(unix)]
#[test]
fn pipes_in_the_places_of_other_programs_hold_nobody_up() {
    let machine = Machine::new();
    let link = machine.cached("o/r", MAIN, "m.gguf", "abc", b"GGUF");
    let main = machine.at("hub/models--o--r/refs/main");
    std::fs::remove_file(&main).unwrap();
    pelicycle_testkit::pipe(&main);
    let manifest = machine.at("ollama/manifests/registry.ollama.ai/library/qwen3/pipe");
    std::fs::create_dir_all(manifest.parent().unwrap()).unwrap();
    pelicycle_testkit::pipe(&manifest);
    let inventory = machine.inventory();
    assert!(inventory.models().iter().any(|model| model.files == [link.clone()]), "{inventory:?}");
    let told = format!("{inventory:?}");
    assert!(told.contains("a pipe or a device"), "{told}");
}

#[test]
fn lm_studio_and_llama_cpp_are_looked_into() {
    let machine = Machine::new();
    let lm = machine.write("lm-studio/bartowski/Phi-4-GGUF/Phi-4-Q6_K.gguf", b"phi");
    let llama = machine.write("llama.cpp/ggml-org_gemma-3-1b-it-GGUF_gemma-3-1b-it-Q4_K_M.gguf", b"gemma");
    machine.write("llama.cpp/manifest=ggml-org=gemma-3-1b-it-GGUF=latest.json", b"{}");
    let inventory = machine.inventory();
    assert_eq!(path_of(&inventory, "phi-4"), lm);
    assert_eq!(path_of(&inventory, "bartowski/phi-4-gguf:q6_k"), lm);
    assert_eq!(path_of(&inventory, "gemma-3-1b-it:Q4_K_M"), llama);
    let error =
        |name| Removal::plan(Path::new("hub"), inventory.find(name).unwrap()).unwrap_err().to_string();
    assert!(error("phi-4").contains("belongs to LM Studio"));
    assert!(error("gemma-3-1b-it").contains("belongs to llama.cpp"));
}

#[test]
fn the_same_file_in_two_places_is_one_model_and_the_nearest_place_counts() {
    let machine = Machine::new();
    let near = machine.write("models/Phi-4-Q6_K.gguf", b"phi");
    machine.write("lm-studio/bartowski/Phi-4-GGUF/Phi-4-Q6_K.gguf", b"phi");
    assert_eq!(path_of(&machine.inventory(), "phi-4"), near);
}

#[test]
fn a_name_of_several_lists_what_each_is_called() {
    let machine = Machine::new();
    machine.write("models/Phi-4-Q4_K_M.gguf", b"small");
    machine.write("models/Phi-4-Q8_0.gguf", b"larger");
    machine.write("lm-studio/one/Phi-4-GGUF/Phi-4-Q6_K.gguf", b"one");
    machine.write("lm-studio/two/Phi-4-GGUF/Phi-4-Q6_K.gguf", b"another");
    let inventory = machine.inventory();
    let Err(ModelNameError::Ambiguous { candidates, .. }) = inventory.find("phi-4") else { panic!() };
    let names: Vec<&str> = candidates.iter().map(|candidate| candidate.name.as_str()).collect();
    let expected =
        ["local/phi-4:q4_k_m", "local/phi-4:q8_0", "local/one/Phi-4-GGUF:q6_k", "local/two/Phi-4-GGUF:q6_k"];
    assert_eq!(names, expected);
    for (name, found) in expected.iter().zip(inventory.models()) {
        assert_eq!(inventory.find(name.strip_prefix("local/").unwrap()).unwrap(), found);
    }
    let Err(ModelNameError::Ambiguous { candidates, .. }) = inventory.find("phi-4:q6_k") else { panic!() };
    assert_eq!(candidates.len(), 2);
}

#[test]
fn a_slip_in_a_name_is_answered_with_names_near_it() {
    let machine = Machine::new();
    machine.write("models/Qwen3-30B-A3B-Q4_K_M.gguf", b"q");
    machine.write("models/SmolLM2-135M-Instruct.Q4_1.gguf", b"s");
    let inventory = machine.inventory();
    let error = |name| inventory.find(name).unwrap_err().to_string();
    assert!(
        error("qwen3-30b-b3a").contains("did you mean local/qwen3-30b-a3b?"),
        "{}",
        error("qwen3-30b-b3a")
    );
    assert!(error("135m").contains("did you mean local/smollm2-135m-instruct?"));
    assert!(error("smolm").contains("did you mean local/smollm2-135m-instruct?"), "{}", error("smolm"));
    let far = error("mixtral");
    assert!(
        !far.contains("did you mean") && far.contains("there are local/qwen3-30b-a3b, local/smollm2"),
        "{far}"
    );
}

#[test]
fn a_model_with_a_part_missing_is_not_opened() {
    let machine = Machine::new();
    machine.write("models/Big-Q8_0-00002-of-00003.gguf", b"two");
    let inventory = machine.inventory();
    let error = inventory.find("big").unwrap_err();
    assert!(matches!(error, ModelNameError::Incomplete { missing: 2, .. }), "{error}");
    // A whole copy elsewhere is taken instead.
    let whole = machine.write("lm-studio/a/B/Big-Q8_0.gguf", b"whole");
    assert_eq!(path_of(&machine.inventory(), "big"), whole);
}

/// The names of the files that stand beside a model for its eyes.
fn beside(model: &Path) -> Vec<String> {
    let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    projectors_beside(model).into_iter().map(name).collect()
}

#[test]
fn a_projector_is_found_beside_its_model_half_precision_first() {
    let machine = Machine::new();
    let model = machine.write("lm-studio/org/gemma-3-4b-it-GGUF/gemma-3-4b-it-Q4_K_M.gguf", b"m");
    assert_eq!(beside(&model), [""; 0]);
    for name in ["mmproj-BF16.gguf", "mmproj-F32.gguf", "mmproj-model-f16.gguf", "mmproj-F16.txt"] {
        machine.write(&format!("lm-studio/org/gemma-3-4b-it-GGUF/{name}"), b"p");
    }
    assert_eq!(beside(&model), ["mmproj-model-f16.gguf", "mmproj-BF16.gguf", "mmproj-F32.gguf"]);

    // In a folder of many models each has its own, by name.
    let qwen = machine.write("models/Qwen3-VL-8B-Instruct-UD-Q4_K_XL.gguf", b"m");
    let gemma = machine.write("models/gemma-3-4b-it-q4_0.gguf", b"m");
    let other = machine.write("models/SmolLM2-Q8_0.gguf", b"m");
    machine.write("models/mmproj-Qwen3-VL-8B-Instruct-Q8_0.gguf", b"p");
    machine.write("models/mmproj-Qwen3-VL-8B-Instruct-F16.gguf", b"p");
    machine.write("models/gemma-3-4b-it-mmproj-f16.gguf", b"p");
    let of_qwen = ["mmproj-Qwen3-VL-8B-Instruct-F16.gguf", "mmproj-Qwen3-VL-8B-Instruct-Q8_0.gguf"];
    assert_eq!(
        (beside(&qwen), beside(&gemma)),
        (of_qwen.map(str::to_owned).to_vec(), vec!["gemma-3-4b-it-mmproj-f16.gguf".to_owned()])
    );
    assert_eq!(beside(&other), [""; 0]);

    // llama.cpp's cache has all repositories' in one folder.
    let cached = machine.write("llama.cpp/ggml-org_gemma-3-4b-it-GGUF_gemma-3-4b-it-Q4_K_M.gguf", b"m");
    machine.write("llama.cpp/ggml-org_gemma-3-4b-it-GGUF_mmproj-model-f16.gguf", b"p");
    machine.write("llama.cpp/ggml-org_other-GGUF_mmproj-model-f16.gguf", b"p");
    machine.write("llama.cpp/ggml-org_other-GGUF_other-Q4_K_M.gguf", b"m");
    assert_eq!(beside(&cached), ["ggml-org_gemma-3-4b-it-GGUF_mmproj-model-f16.gguf"]);
}

#[cfg(unix)]
#[test]
fn a_projector_in_the_hubs_cache_is_of_the_same_snapshot() {
    let machine = Machine::new();
    let model =
        machine.cached("org/Qwen3-VL-GGUF", MAIN, "BF16/Qwen3-VL-BF16-00001-of-00002.gguf", "a", b"m");
    machine.cached("org/Qwen3-VL-GGUF", MAIN, "mmproj-BF16.gguf", "b", b"p");
    machine.cached("org/Qwen3-VL-GGUF", OLD, "mmproj-F16.gguf", "c", b"p");
    assert_eq!(beside(&model), ["mmproj-BF16.gguf"]);
}

#[test]
fn a_projector_in_ollamas_store_is_a_layer_of_the_same_model() {
    let machine = Machine::new();
    let [weights, eyes, strangers] = ["a", "b", "c"].map(|letter| letter.repeat(64));
    let model = machine.write(&format!("ollama/blobs/sha256-{weights}"), b"weights");
    machine.write(&format!("ollama/blobs/sha256-{eyes}"), b"eyes");
    machine.write(&format!("ollama/blobs/sha256-{strangers}"), b"eyes");
    let manifest = |projector: &str, size: usize| {
        format!(
            r#"{{"layers":[
                {{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{weights}","size":7}},
                {{"mediaType":"application/vnd.ollama.image.projector","digest":"sha256:{projector}","size":{size}}}]}}"#
        )
    };
    let whole = "ollama/manifests/registry.ollama.ai/library/llava/latest";
    machine.write(whole, manifest(&eyes, 4).as_bytes());
    machine
        .write("ollama/manifests/registry.ollama.ai/library/llava/cut", manifest(&strangers, 5).as_bytes());
    assert_eq!(beside(&model), [format!("sha256-{eyes}")]);
    machine.write(whole, manifest("../../etc/passwd", 4).as_bytes());
    assert_eq!(beside(&model), [""; 0]);
}

#[test]
fn what_can_not_be_used_says_why_by_its_own_name() {
    let machine = Machine::new();
    let [weights, adapter] = ["a", "b"].map(|letter| letter.repeat(64));
    machine.write(&format!("ollama/blobs/sha256-{weights}"), b"weights");
    machine.write(&format!("ollama/blobs/sha256-{adapter}"), b"lora");
    let manifest = format!(
        r#"{{"layers":[
            {{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{weights}","size":7}},
            {{"mediaType":"application/vnd.ollama.image.adapter","digest":"sha256:{adapter}","size":4}}]}}"#
    );
    machine.write("ollama/manifests/registry.ollama.ai/library/withlora/latest", manifest.as_bytes());
    machine.write("ollama/manifests/registry.ollama.ai/me/other/8b", manifest.as_bytes());
    machine.write("models/Joined-Q8_0.gguf.part1of2", b"GGUF");
    machine.write("models/Joined-Q8_0.gguf.part2of2", b"x");
    machine.write("models/fine-Q8_0.gguf", b"GGUF");
    let inventory = machine.inventory();
    for name in ["withlora", "WithLora:latest", "me/other:8b", "other-8b"] {
        let error = inventory.find(name).unwrap_err().to_string();
        assert!(error.contains("can't be used") && error.contains("has an adapter"), "{error}");
    }
    for name in ["joined", "joined-q8_0"] {
        let error = inventory.find(name).unwrap_err().to_string();
        assert!(error.contains("first of 2 pieces"), "{error}");
    }
    assert!(matches!(inventory.find("withlor"), Err(ModelNameError::Unknown { .. })));
    assert!(inventory.find("fine").is_ok());
}
