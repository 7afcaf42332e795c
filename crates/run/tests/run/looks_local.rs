//! Looks of a local model that sees.

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_record::{Attempt, Outcome};
use pelicycle_run::{RunProgress, RunRequest, StopSignal};
use pelicycle_store::AttemptFiles;
use pelicycle_testkit::attempts::attempt;
use pelicycle_testkit::shared;

use crate::easel::Easel;

const DRAWING: &str =
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle cx='4' cy='4' r='3'/></svg>";

/// The weights are random numbers and never draw, so the drawing is put there; all else goes the way of a run.
#[test]
fn a_local_model_is_shown_what_it_drew() {
    let Some(shared) = shared() else { return };
    let easel = Easel::new("");
    for file in ["qwen3vl.f16.gguf", "mmproj-qwen3vl.f16.gguf"] {
        std::fs::copy(shared.join("vision/models").join(file), easel.path().join(file)).unwrap();
    }
    let model = easel.path().join("qwen3vl.f16.gguf");
    let mut request = easel.request(model.to_str().unwrap(), Some(2));
    request.sampling.max_tokens = Some(8);
    easel.run(&request, |news: &RunProgress<'_>, stop: &StopSignal| {
        if matches!(news, RunProgress::RunStarted { .. }) {
            stop.ask();
        }
    });
    let store = easel.store();
    let record = store.read_run(&store.runs().unwrap()[0]).unwrap();
    let inspection =
        inspect(DRAWING.as_bytes(), &InspectionOptions { raster: 64, ..InspectionOptions::default() });
    let drawn = Attempt {
        prompt: record.prompts[0].clone(),
        contestant: record.contestants[0].record.clone(),
        run: record.id,
        engine: None,
        ..attempt("pelican", "m", "2026-11-27T00:00:00Z", Some((DRAWING, inspection.check.clone())))
    };
    let files = AttemptFiles { reply: Some(DRAWING.as_bytes()), ..AttemptFiles::drawn(&inspection) };
    store.write(&drawn, &files).unwrap();

    let resume = RunRequest { resume: Some("last".to_owned()), ..easel.request("", None) };
    easel.run(&resume, |news: &RunProgress<'_>, stop: &StopSignal| {
        if matches!(news, RunProgress::Finished(_)) {
            stop.ask();
        }
    });
    // Without its eyes, or with others, nothing is asked; with them it goes on.
    let beside = easel.path().join("mmproj-qwen3vl.f16.gguf");
    let elsewhere = easel.path().join("eyes.gguf");
    std::fs::rename(&beside, &elsewhere).unwrap();
    let error = easel.prepare(&resume).err().unwrap().to_string();
    assert!(error.contains("--projector"), "{error}");
    let mut other = std::fs::read(&elsewhere).unwrap();
    *other.last_mut().unwrap() ^= 1;
    std::fs::write(&beside, other).unwrap();
    let error = easel.prepare(&resume).err().unwrap().to_string();
    assert!(error.contains("is not the projector that qwen3vl"), "{error}");
    std::fs::rename(&elsewhere, &beside).unwrap();
    easel.resume();
    let attempts = easel.attempts();
    let [first, one, two] = &attempts[..] else { panic!("{}", attempts.len()) };
    for (look, number) in [(one, 1), (two, 2)] {
        let record = look.look.as_ref().unwrap();
        assert_eq!((&record.parent, record.number), (&first.id, number), "it never draws");
        assert_eq!(look.outcome, Outcome::Length, "{:?}", look.error);
        assert_eq!(look.engine.as_ref().unwrap().file, "qwen3vl.f16.gguf");
    }
    // The same conversation, whose beginning need not be computed again.
    assert!(one.usage.input == two.usage.input && one.usage.input.unwrap() > 64, "{:?}", one.usage);
    assert_ne!(one.request.seed, two.request.seed);

    std::fs::remove_file(easel.path().join("mmproj-qwen3vl.f16.gguf")).unwrap();
    let error = easel.prepare(&RunRequest { seed: Some(1), ..request }).err().unwrap().to_string();
    assert!(error.contains("no projector"), "{error}");
}
