//! `pelicycle prompts`: what there is, fresh ones, and promises.

use std::fs;

use crate::work_folder::WorkFolder;

/// Runs `pelicycle prompts …`; exit code, standard output, standard error.
fn prompts(folder: &WorkFolder, args: &[&str]) -> (i32, String, String) {
    let output = folder.program().arg("prompts").args(args).output().unwrap();
    let words = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), words(&output.stdout), words(&output.stderr))
}

#[test]
fn prompts_are_listed_shown_and_made() {
    let folder = WorkFolder::new();
    let (code, listed, _) = prompts(&folder, &[]);
    assert_eq!(code, 0);
    assert!(listed.starts_with("FAMILY"), "{listed}");
    assert!(listed.contains("pelican-2"), "{listed}");
    assert_eq!(prompts(&folder, &["list"]), prompts(&folder, &[]));
    let (_, json, _) = prompts(&folder, &["--family", "pelican", "--json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&json).unwrap()[0]["expects"].is_array());
    let (_, shown, _) = prompts(&folder, &["show", "pelican"]);
    assert!(shown.starts_with("Generate an SVG of a pelican riding a bicycle\n"), "{shown}");
    assert_eq!(prompts(&folder, &["show", "pelicn"]).0, 2);

    let (code, path, next) = prompts(&folder, &["new", "newt", "--text", "Draw a \"newt\" as SVG"]);
    assert_eq!((code, path.trim()), (0, "my-prompts/newt.toml"));
    assert!(next.contains("pelicycle run --prompts my-prompts -p newt"), "{next}");
    let (_, shown, _) = prompts(&folder, &["show", "newt", "--prompts", "my-prompts"]);
    assert!(shown.starts_with("Draw a \"newt\" as SVG\n"), "{shown}");
    assert_eq!(prompts(&folder, &["new", "newt", "--text", "another"]).0, 2);
    assert_eq!(prompts(&folder, &["new", "Newt", "--text", "a name that no file has"]).0, 2);
}

#[test]
fn fresh_prompts_are_asked_as_others_are() {
    let folder = WorkFolder::new();
    let (code, texts, next) = prompts(&folder, &["fresh", "--seed", "7", "-n", "3"]);
    assert_eq!((code, texts.lines().count()), (0, 3), "{texts}{next}");
    assert!(next.contains("by seed 7, in fresh-7\nnext: pelicycle run -m MODEL --prompts fresh-7"), "{next}");
    // The same again changes nothing; other words at their place are not written over.
    let (_, again, _) = prompts(&folder, &["fresh", "--seed", "7", "-n", "3"]);
    assert_eq!(again, texts);
    assert_eq!(fs::read_dir(folder.path().join("fresh-7")).unwrap().count(), 3);
    let dry = folder
        .program()
        .args(["run", "--prompts", "fresh-7", "-p", "family:fresh", "--dry-run"])
        .output()
        .unwrap();
    assert!(dry.status.success(), "{}", String::from_utf8_lossy(&dry.stderr));
    let one = fs::read_dir(folder.path().join("fresh-7")).unwrap().next().unwrap().unwrap().path();
    fs::write(&one, "mine").unwrap();
    assert_eq!(prompts(&folder, &["fresh", "--seed", "7", "-n", "3"]).0, 1);
    assert_eq!(fs::read_to_string(&one).unwrap(), "mine");
}

#[test]
fn sealed_prompts_are_told_later_and_proved_to_be_the_same() {
    let folder = WorkFolder::new();
    prompts(&folder, &["fresh", "--seed", "7", "-n", "3", "--out", "secret"]);
    let (code, sealed, advice) = prompts(&folder, &["seal", "secret", "--name", "spring"]);
    assert_eq!(code, 0, "{advice}");
    let text = fs::read_to_string(folder.path().join("secret").join("spring.salt")).unwrap();
    let published = fs::read_to_string(folder.results().join("seals/spring/sealed/seal.json")).unwrap();
    assert!(!published.contains(text.trim()), "the salt is a secret until the seal is opened");
    assert!(published.contains(sealed.lines().next().unwrap().rsplit_once(' ').unwrap().1));
    assert_eq!(prompts(&folder, &["seal", "secret", "--name", "spring"]).0, 2, "a promise is given once");
    let (_, listed, _) = prompts(&folder, &["seals"]);
    assert!(listed.contains("not revealed"), "{listed}");
    // Without a name it has that of its day.
    prompts(&folder, &["fresh", "--seed", "8", "-n", "1", "--out", "other"]);
    let (code, dated, why) = prompts(&folder, &["seal", "other"]);
    assert!(
        code == 0 && dated.starts_with("20") && why.contains("pelicycle prompts reveal 20"),
        "{dated}{why}"
    );

    // A text that was edited since is not what was sealed.
    let one = fs::read_dir(folder.path().join("secret")).unwrap().map(|entry| entry.unwrap().path());
    let one = one.into_iter().find(|path| path.extension().is_some_and(|end| end == "toml")).unwrap();
    let was = fs::read_to_string(&one).unwrap();
    fs::write(&one, was.replace("Generate", "Draw")).unwrap();
    let (code, _, why) = prompts(&folder, &["reveal", "spring", "secret"]);
    assert_eq!(code, 1);
    assert!(why.contains("does not hold what was sealed as spring"), "{why}");
    fs::write(&one, was).unwrap();
    assert_eq!(prompts(&folder, &["reveal", "spring", "secret"]).0, 0);
    let (code, listed, _) = prompts(&folder, &["seals"]);
    assert_eq!(code, 0);
    assert!(listed.contains("the hash matches"), "{listed}");

    // Nor does a text that is put there afterwards pass.
    let revealed = folder.results().join("seals/spring/revealed/seal.json");
    let record = fs::read_to_string(&revealed).unwrap();
    fs::write(&revealed, record.replacen("Generate", "Draw", 1)).unwrap();
    let (code, listed, _) = prompts(&folder, &["seals"]);
    assert_eq!(code, 1);
    assert!(listed.contains("THE HASH IS ANOTHER"), "{listed}");
}
