//! Nothing is lost in silence, and nothing is left half-written, where a disk is full.

use pelicycle_testkit::program::program;
use pelicycle_testkit::tempdir;

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_a_full_disk_does_not_take_is_an_error() {
    let folder = tempdir();
    for command in ["prompts", "prices", "--help", "--version"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program().arg(command).current_dir(folder.path()).stdout(full).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{command}: {words}");
        assert!(words.contains("No space left") && words.contains("make room"), "{command}: {words}");
    }
}

#[test]
fn a_sheet_takes_its_place_whole() {
    let folder = tempdir();
    let place = |name: &str| folder.path().join(name);
    let run = |args: &[&str]| {
        assert!(
            program().current_dir(folder.path()).args(args).output().unwrap().status.success(),
            "{args:?}"
        );
    };
    run(&["run", "-n", "1", "-m", "hatchling", "--no-gallery"]);
    std::fs::write(place("sheet.png"), "old").unwrap();
    std::fs::hard_link(place("sheet.png"), place("kept.png")).unwrap();
    run(&["sheet", "--out", "sheet.png"]);
    assert!(std::fs::read(place("sheet.png")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(std::fs::read(place("kept.png")).unwrap(), b"old", "no byte is written over what was there");
}
