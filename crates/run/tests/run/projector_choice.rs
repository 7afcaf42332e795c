//! Tests of the choice among projectors that lie beside a model, and of whose faults are told.

use std::path::Path;
use std::sync::Arc;

use pelicycle_engine::gguf::Gguf;
use pelicycle_run::{Config, ProjectorChoice, VisionSupport};
use pelicycle_testkit::{shared, tempdir};

/// Writes `from` with the one place where it has `old` changed to `new`, as long as it.
fn changed(from: &Path, old: &[u8], new: &[u8], to: &Path) {
    let mut bytes = std::fs::read(from).unwrap();
    let at = bytes.windows(old.len()).position(|here| here == old).unwrap();
    bytes[at..at + new.len()].copy_from_slice(new);
    std::fs::write(to, bytes).unwrap();
}

/// Writes half of a file: its metadata are there, and not all of its tensors.
fn half(from: &Path, to: &Path) {
    let bytes = std::fs::read(from).unwrap();
    std::fs::write(to, &bytes[..bytes.len() / 2]).unwrap();
}

fn sight(model: &Path) -> VisionSupport {
    ProjectorChoice::default().sight(model, &Arc::new(Gguf::open(model).unwrap()))
}

#[test]
fn strays_beside_a_model_are_passed_over_and_its_own_projector_is_not() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let from = |name: &str| shared.join("vision/models").join(name);
    let model = folder.path().join("qwen3vl.f16.gguf");
    std::fs::copy(from("qwen3vl.f16.gguf"), &model).unwrap();
    let own = from("mmproj-qwen3vl.f16.gguf");
    let nameless = folder.path().join("mmproj-F16.gguf");
    let key = b"clip.vision.projection_dim\x04\0\0\0";
    let width = |width: u32| [&key[..], &width.to_le_bytes()].concat();
    let strays: [(&str, &dyn Fn()); 4] = [
        ("half of another family's", &|| half(&from("mmproj-gemma3-vl.f16.gguf"), &nameless)),
        ("another family's", &|| {
            std::fs::copy(from("mmproj-gemma3-vl.f16.gguf"), &nameless).unwrap();
        }),
        ("without eyes", &|| changed(&own, b"has_vision_encoder", b"has_listen_encoder", &nameless)),
        ("of another width", &|| changed(&own, key, &width(48), &nameless)),
    ];
    for (what, lay) in strays {
        lay();
        assert!(matches!(sight(&model), VisionSupport::TextAlone), "{what}: {:?}", sight(&model));
    }
    // Its own is told of when it is damaged, as is one of which nobody can tell whose it is, and taken when another is whole.
    let faults: [(&str, &dyn Fn()); 4] = [
        ("qwen9vl_merger", &|| changed(&own, b"qwen3vl_merger", b"qwen9vl_merger", &nameless)),
        ("GGUF", &|| std::fs::write(&nameless, "version https://git-lfs.github.com/spec/v1").unwrap()),
        ("", &|| std::fs::write(&nameless, "").unwrap()),
        ("", &|| half(&own, &nameless)),
    ];
    for (words, lay) in faults {
        lay();
        let fault = sight(&model).fault().unwrap();
        assert!(fault.contains("mmproj-F16.gguf") && fault.contains(words), "{fault}");
    }
    let key = b"clip.vision.projection_dim";
    changed(&own, key, b"clip.vision.projection_dix", &nameless);
    let fault = sight(&model).fault().unwrap();
    assert!(fault.contains("projection_dim"), "{fault}");
    let whole = folder.path().join("mmproj-F32.gguf");
    std::fs::copy(&own, &whole).unwrap();
    assert_eq!(sight(&model).projector(), Some(whole.as_path()));

    // What is wrong with the model is no fault of a projector, be it found or named.
    changed(&from("qwen3vl.f16.gguf"), b"qwen3vl.block_count", b"qwen3vl.block_counx", &model);
    let VisionSupport::NoModel(why) = sight(&model) else { panic!("{:?}", sight(&model)) };
    assert!(why.to_string().contains("qwen3vl.block_count"), "{why}");
    assert_eq!((sight(&model).fault(), sight(&model).projector()), (None, None));
}

#[test]
fn a_contestant_has_its_own_projector_and_a_bad_one_is_told_with_its_line_and_harms_no_other() {
    let Some(shared) = shared() else { return };
    let folder = tempdir();
    let at = |name: &str| folder.path().join(name);
    for file in ["qwen3vl.f16.gguf", "mmproj-qwen3vl.f16.gguf", "mmproj-qwen3vl.q8_0.gguf"] {
        std::fs::copy(shared.join("vision/models").join(file), at(file)).unwrap();
    }
    let model = at("qwen3vl.f16.gguf");
    let text = format!(
        "[contestants.half]\nmodel = {model:?}\nprojector = {f16:?}\n\
         [contestants.eighth]\nmodel = {model:?}\nprojector = {q8:?}\n\
         [contestants.lost]\nmodel = {model:?}\nprojector = \"no/such.gguf\"\n\
         [contestants.remote]\nmodel = \"openai/gpt-4o\"\nprojector = \"eyes.gguf\"\n\
         [contestants.bird]\nmodel = \"hatchling\"\nprojector = \"eyes.gguf\"\n",
        f16 = at("mmproj-qwen3vl.f16.gguf"),
        q8 = at("mmproj-qwen3vl.q8_0.gguf"),
    );
    let file = at("p.toml");
    std::fs::write(&file, text).unwrap();
    let projectors = ProjectorChoice::new(&Config::load(Some(&file)).unwrap(), None).unwrap();
    let gguf = Arc::new(Gguf::open(&model).unwrap());
    for (name, projector) in [("half", "mmproj-qwen3vl.f16.gguf"), ("eighth", "mmproj-qwen3vl.q8_0.gguf")] {
        let sight = projectors.sight_of(Some(name), &model, &gguf);
        assert_eq!(sight.projector(), Some(at(projector).as_path()), "{name}");
    }
    let fault = projectors.sight_of(Some("lost"), &model, &gguf).fault().unwrap();
    assert!(fault.contains("p.toml:9: ") && fault.contains("no/such.gguf"), "{fault}");
    let faults: Vec<String> = projectors.faults().map(ToString::to_string).collect();
    let [bird, remote] = &faults[..] else { panic!("{faults:?}") };
    assert!(bird.contains("p.toml:15: contestants.bird") && bird.contains("text alone"), "{bird}");
    assert!(remote.contains("p.toml:12: contestants.remote") && remote.contains("own eyes"), "{remote}");
}
