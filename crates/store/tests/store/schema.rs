//! The published JSON Schemas of the records, held against the types and against an independent validator.

use std::path::Path;
use std::process::Command;

use pelicycle_record::{Attempt, BatchRecord, CalibrationRecord, JudgementRecord, RubricReading, RunRecord};
use pelicycle_testkit::attempts::{attempt, calibrated, verdict, vote, with_experts};
use pelicycle_testkit::{docs, has_python, tempdir};

/// Set to anything, it writes the schemas anew instead of comparing them.
const RENEW: &str = "PELICYCLE_RENEW";

#[test]
fn the_published_schemas_are_those_of_the_types() {
    for (name, schema) in [
        ("attempt.schema.json", schemars::schema_for!(Attempt)),
        ("run.schema.json", schemars::schema_for!(RunRecord)),
        ("batch.schema.json", schemars::schema_for!(BatchRecord)),
        ("judgement.schema.json", schemars::schema_for!(JudgementRecord)),
        ("reading.schema.json", schemars::schema_for!(RubricReading)),
        ("calibration.schema.json", schemars::schema_for!(CalibrationRecord)),
    ] {
        let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os(RENEW).is_some() {
            std::fs::write(docs(name), &made).unwrap();
        }
        let published = std::fs::read_to_string(docs(name)).unwrap();
        assert!(made == published, "docs/{name} is not the schema of the type: set {RENEW}=1 to renew it");
    }
}

#[test]
fn records_are_valid_by_an_independent_validator_and_broken_ones_are_not() {
    if !has_python("jsonschema") {
        return;
    }
    let folder = tempdir();
    let validate = |schema: &str, record: &serde_json::Value| {
        let path = folder.path().join("record.json");
        std::fs::write(&path, record.to_string()).unwrap();
        let script = "import json, jsonschema, sys\n\
            schema = json.load(open(sys.argv[1]))\n\
            jsonschema.Draft202012Validator.check_schema(schema)\n\
            jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))";
        let output =
            Command::new("python3").args(["-c", script]).arg(docs(schema)).arg(&path).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(words) }
    };

    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-1");
    let id = "20261122-025336-412-k3f9q2m8x7ab";
    let read =
        |path: String| serde_json::from_str(&std::fs::read_to_string(fixture.join(path)).unwrap()).unwrap();
    let kept: serde_json::Value = read(format!("pelican/smollm2-135m-instruct.q4_1/{id}/attempt.json"));
    validate("attempt.schema.json", &kept).unwrap();
    validate("run.schema.json", &read(format!("runs/{id}/run.json"))).unwrap();
    let failed = attempt("pelican", "gone", "2026-11-22T02:53:36Z", None);
    validate("attempt.schema.json", &serde_json::to_value(&failed).unwrap()).unwrap();
    let mut by_experts = failed;
    with_experts(&mut by_experts, 0);
    validate("attempt.schema.json", &serde_json::to_value(&by_experts).unwrap()).unwrap();

    let pair = ["a", "b"].map(|slug| attempt("pelican", slug, "2026-11-22T02:53:36Z", None));
    let calibration = calibrated("1-shuffled", false, None, b"Left.");
    validate("calibration.schema.json", &serde_json::to_value(&calibration).unwrap()).unwrap();
    for judgement in [vote(&pair), verdict(&pair, b"Left.")] {
        validate("judgement.schema.json", &serde_json::to_value(&judgement).unwrap()).unwrap();
        let mut broken = serde_json::to_value(&judgement).unwrap();
        broken["preference"] = "both".into();
        assert!(validate("judgement.schema.json", &broken).is_err());
    }
    let mut broken = kept.clone();
    broken["id"] = "yesterday".into();
    assert!(validate("attempt.schema.json", &broken).unwrap_err().contains("does not match"));
    let mut broken = kept;
    broken["check"]["verdict"] = "splendid".into();
    assert!(validate("attempt.schema.json", &broken).is_err());
}
