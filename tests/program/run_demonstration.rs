//! The program without a model of one's own: hatchling, the one inside it.

use pelicycle_record::Verdict;

use crate::work_folder::WorkFolder;

#[test]
fn without_a_command_it_draws_and_hangs_a_gallery_that_says_demonstration() {
    let place = WorkFolder::new();
    let output = place.program().output().unwrap();
    let (said, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}{told}");
    assert!(told.contains("pelicycle --help"), "{told}");
    assert!(said.contains("index.html"), "{said}");
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 6);
    assert!(attempts.iter().all(|stored| stored.attempt.contestant.demonstration));
    // Its seed is random, so which ones are drawn is left to chance; that none is would be a fault.
    assert!(attempts.iter().any(|stored| stored.attempt.check.as_ref().unwrap().verdict == Verdict::Drawn));
    assert!(std::fs::read_to_string(place.index()).unwrap().contains("Demonstration"));
}

#[test]
fn the_model_inside_draws_other_things_too_and_its_runs_resume() {
    let place = WorkFolder::new();
    let said = place.run(0, None, &["-p", "cat-skateboard", "-p", "whale-boat", "-n", "4", "--seed", "7"]);
    assert!(said.stdout.contains("hatchling"), "{}", said.stdout);
    let attempts = place.attempts();
    let drawn =
        attempts.iter().filter(|s| s.attempt.check.as_ref().unwrap().verdict == Verdict::Drawn).count();
    assert!(drawn >= 6, "{drawn} of {} drawn", attempts.len());
    let mut drawings: Vec<_> = place.replies().into_values().collect();
    drawings.sort();
    drawings.dedup();
    assert_eq!(drawings.len(), 8, "no two alike");
    let said = place.run(0, None, &["--resume", "last"]);
    assert!(said.stdout.contains("nothing was left to ask"), "{}", said.stdout);
}
