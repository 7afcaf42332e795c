//! The guide to the crate, and the table of models that it runs.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/model/not_yet.rs"]
mod not_yet;

use std::collections::BTreeSet;
use std::sync::Arc;

use not_yet::MISSING;
use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataValue};
use pelicycle_engine::model::{Model, ModelError};
use pelicycle_engine::vision::{PictureLimits, Projector};

/// The first code block of a text, without what stands before each of its lines.
fn example<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.strip_prefix(prefix).unwrap_or(line).trim_start_matches(' '));
    lines.skip_while(|line| !line.starts_with("```")).skip(1).take_while(|line| *line != "```").collect()
}

/// Both are run as tests of the documentation.
#[test]
fn the_readme_has_the_example_of_the_crate() {
    let crate_example = example(include_str!("../../src/lib.rs"), "//!");
    assert!(crate_example.len() > 20);
    assert_eq!(crate_example, example(include_str!("../../README.md"), ""));
}

/// What opening a file of an architecture that is not known comes to; where it is known the file lacks other things.
fn refusal(architecture: &str) -> Option<String> {
    let mut file = Vec::new();
    let mut contents = GgufBuilder::default();
    contents.pair("general.architecture", MetadataValue::String(architecture.to_owned()));
    contents.write(&mut file, |_, _| Ok(())).unwrap();
    let gguf = Arc::new(Gguf::from_bytes(&file).unwrap());
    match Model::check_metadata(&gguf) {
        Err(error @ ModelError::Architecture { .. }) => Some(error.to_string()),
        _ => None,
    }
}

fn is_known(architecture: &str) -> bool {
    refusal(architecture).is_none()
}

#[test]
fn nothing_is_missing_that_is_there() {
    let mut seen = BTreeSet::new();
    for (what, names) in MISSING {
        for name in *names {
            let refusal = refusal(name).unwrap_or_else(|| panic!("{name} runs"));
            assert!(refusal.contains(what) && seen.insert(name), "{name} is named once: {refusal}");
        }
    }
    // The newest names of llama.cpp 0.5.0, and one that is newer.
    for name in ["kimi-k3", "glm5-next", "minimax-m3", "muse-glimmer", "pockettts", "spark2_5", "deepseek41"]
    {
        assert!(!refusal(name).unwrap().contains("its name is not known"), "{name}");
    }
    assert!(refusal("gemma3n").unwrap().contains("AltUp"));
    assert!(refusal("gemma99").unwrap().contains("its name is not known"));
}

#[test]
fn the_table_of_models_says_of_each_architecture_what_the_engine_does() {
    let table = include_str!("../../../docs/models.md").lines();
    let rows: Vec<Vec<&str>> = table
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.len() == 7 && cells[3].starts_with('`'))
        .collect();
    assert!(rows.len() > 30, "{}", rows.len());
    for row in rows {
        let (model, architecture, opens) = (row[1], row[3].trim_matches('`'), row[4]);
        let said = opens == "yes";
        assert!(said || opens.starts_with("no"), "{model}: {opens}");
        assert_eq!(said, is_known(architecture), "docs/models.md says {opens:?} of {architecture} ({model})");
    }
    assert!(!is_known("unheard-of"));
}

/// Whether the engine knows a kind of projector: a file of it lacks other things then.
fn is_known_projector(kind: &str) -> bool {
    let mut file = Vec::new();
    let mut contents = GgufBuilder::default();
    contents.pair("general.architecture", MetadataValue::String("clip".to_owned()));
    contents.pair("clip.has_vision_encoder", MetadataValue::Bool(true));
    contents.pair("clip.projector_type", MetadataValue::String(kind.to_owned()));
    contents.write(&mut file, |_, _| Ok(())).unwrap();
    let gguf = Arc::new(Gguf::from_bytes(&file).unwrap());
    let opened = Projector::new(gguf, PictureLimits::default());
    !matches!(opened, Err(ModelError::ProjectorKind { .. }))
}

#[test]
fn the_table_of_models_that_see_names_kinds_of_projectors_and_architectures_that_are_known() {
    let section = include_str!("../../../docs/models.md").split("## Models that see").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<Vec<&str>> = section
        .lines()
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.len() == 6 && cells[2].starts_with('`'))
        .collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        assert!(is_known_projector(row[2].trim_matches('`')), "{}", row[2]);
        for architecture in row[3].split(", ") {
            assert!(is_known(architecture.trim_matches('`')), "{architecture}");
        }
    }
    for other in ["gemma4uv", "internvl"] {
        assert!(!is_known_projector(other), "{other}");
    }
}
