//! The ends of local models' replies when something is wrong with them.

use pelicycle_record::Outcome;
use pelicycle_testkit::model_file::{babbler, blank, looper};

use crate::work_folder::WorkFolder;

#[test]
fn a_reply_that_goes_round_in_a_circle_is_ended_and_said_to_loop() {
    let place = WorkFolder::new();
    let model = looper(place.path());
    let said = place.run(0, Some(&model), &["--no-gallery", "--temperature", "0"]);
    let attempts = place.attempts();
    let attempt = &attempts[0].attempt;
    assert_eq!(attempt.outcome, Outcome::Length);
    assert!(attempt.error.as_deref().unwrap().contains("goes round in a circle"), "{}", said.stderr);
    assert!((2000..2100).contains(&attempt.usage.output.unwrap()), "{:?}", attempt.usage);
    assert_eq!(
        attempt.request.sampling.max_tokens,
        Some(4096),
        "as much as the model's context has room for"
    );
}

#[test]
fn numbers_that_tell_nothing_are_the_files_fault_and_not_the_models() {
    let place = WorkFolder::new();
    let model = blank(place.path());
    place.run(1, Some(&model), &["--no-gallery"]);
    let attempts = place.attempts();
    let attempt = &attempts[0].attempt;
    assert_eq!((attempt.outcome, attempt.check.is_some()), (Outcome::Error, false));
    assert!(attempt.error.as_deref().unwrap().contains("is its file damaged?"), "{:?}", attempt.error);
}

#[test]
fn a_context_that_was_asked_for_bounds_prompt_and_reply_together() {
    let place = WorkFolder::new();
    let model = babbler(place.path(), 1);
    place.run(0, Some(&model), &["--no-gallery", "--context", "300", "--seed", "1"]);
    let attempts = place.attempts();
    let attempt = &attempts[0].attempt;
    assert_eq!(attempt.error.as_deref(), Some("the model's context is full"));
    let usage = &attempt.usage;
    assert_eq!(usage.input.unwrap() + usage.output.unwrap(), 300);
    assert_eq!(attempt.request.sampling.context, Some(300));
}
