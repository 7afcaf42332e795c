//! Kept replies that are checked anew: our failures and the verdicts of older builds are mended, what models answered stays.

use std::path::Path;

use pelicycle_record::Verdict;
use pelicycle_testkit::model_file::drawer;
use pelicycle_testkit::program::program;
use serde_json::{Value, json};

use crate::work_folder::WorkFolder;

/// Edits the record in an attempt's folder, and takes away the picture that it had.
fn edit(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("attempt.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut record);
    std::fs::write(&path, serde_json::to_vec(&record).unwrap()).unwrap();
    std::fs::remove_file(folder.join("drawing.png")).unwrap();
}

fn again(place: &WorkFolder, code: i32) -> (String, String) {
    let said = program().args(["check", "--again", "--results"]).arg(place.store().root()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert_eq!(said.status.code(), Some(code), "{}", text(said.stderr));
    (text(said.stdout), text(said.stderr))
}

#[test]
fn a_verdict_of_an_older_build_that_the_clock_gave_is_mended_by_one_command() {
    let place = WorkFolder::new();
    place.run(0, Some(&drawer(place.path())), &["-n", "2", "--seed", "5"]);
    let before = place.attempts();
    edit(&before[0].folder, |record| {
        record["check"]["verdict"] = json!("refused");
        record["check"]["draws"]["resvg"] = json!(false);
        let message = "looking at this drawing took longer than 5 s (bound seconds)";
        record["check"]["findings"] =
            json!([{ "code": "resource-limit", "message": message, "line": null, "column": null }]);
    });
    assert_eq!(place.attempts()[0].attempt.check.as_ref().unwrap().verdict, Verdict::Refused);

    let (words, _) = again(&place, 0);
    let id = before[0].attempt.id.as_str();
    assert!(words.contains(&format!("{id}: drawn, was over a bound of ours")), "{words}");
    assert!(words.contains("1 attempt checked anew, 1 changed"), "{words}");
    let after = place.attempts();
    assert_eq!(after[0].attempt.check, before[0].attempt.check, "as it would have been at once");
    assert!(after[0].attempt.rechecked.is_some() && after[1] == before[1]);
    assert!(after[0].files.png.as_ref().unwrap().is_file());
    place.store().verify(&after[0]).unwrap();
    assert!(again(&place, 0).0.contains("0 attempts checked anew"));
}

#[test]
fn a_reply_that_could_not_be_checked_counts_for_nothing_until_a_resumed_run_checks_it() {
    let place = WorkFolder::new();
    let model = drawer(place.path());
    place.run(0, Some(&model), &["-n", "1", "--seed", "5"]);
    let before = place.attempts();
    edit(&before[0].folder, |record| {
        record.as_object_mut().unwrap().remove("check");
        record["unchecked"] = json!("the drawing worker was lost twice");
    });
    let lost = &place.attempts()[0].attempt;
    assert!(lost.is_unchecked() && !lost.counts() && !lost.is_drawn());

    let said = place.run(0, None, &["--resume", "last"]);
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(all.contains("drawn, was not checked") && all.contains("nothing was left to ask"), "{all}");
    let after = place.attempts();
    assert_eq!((after.len(), &after[0].attempt.check), (1, &before[0].attempt.check));
    assert!(after[0].attempt.counts() && after[0].attempt.unchecked.is_none());
}

#[test]
fn a_gallery_checks_replies_that_could_not_be_checked_before_it_is_built() {
    let place = WorkFolder::new();
    place.run(0, Some(&drawer(place.path())), &["-n", "1", "--seed", "5"]);
    let before = place.attempts();
    let lose = || {
        edit(&before[0].folder, |record| {
            record.as_object_mut().unwrap().remove("check");
            record["unchecked"] = json!("the drawing worker was lost twice");
        });
    };
    let gallery = || {
        let args = ["gallery", "--results"];
        let said = program().args(args).arg(place.store().root()).current_dir(place.path()).output().unwrap();
        assert_eq!(said.status.code(), Some(0));
        String::from_utf8(said.stderr).unwrap()
    };
    lose();
    let words = gallery();
    assert!(words.contains("drawn, was not checked"), "{words}");
    assert_eq!(place.attempts()[0].attempt.check, before[0].attempt.check);
    assert!(!gallery().contains("checked"), "it has its check");

    // One that is not what was recorded stays as it is, and the gallery is built all the same.
    lose();
    std::fs::write(before[0].folder.join("reply.md"), "<svg/>").unwrap();
    assert!(gallery().contains("reply"));
    assert!(place.store().list().unwrap().attempts[0].attempt.is_unchecked());
}

#[test]
fn a_reply_that_was_changed_is_not_checked_anew() {
    let place = WorkFolder::new();
    place.run(0, Some(&drawer(place.path())), &["-n", "1", "--seed", "5"]);
    let folder = place.attempts()[0].folder.clone();
    edit(&folder, |record| {
        record.as_object_mut().unwrap().remove("check");
    });
    std::fs::write(folder.join("reply.md"), "<svg/>").unwrap();
    let (_, errors) = again(&place, 1);
    assert!(errors.contains("reply"), "{errors}");
    assert!(place.store().list().unwrap().attempts[0].attempt.is_unchecked());
}
