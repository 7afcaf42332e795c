//! `pelicycle export`, read by the programs that it is for: Python's own csv and json, and pyarrow.

use std::path::Path;
use std::process::{Command, Output};

use pelicycle_record::{CostRecord, CostSource, Outcome};
use pelicycle_store::Store;
use pelicycle_testkit::attempts::{with_experts, with_thinking};
use pelicycle_testkit::exhibits::{hang, hang_failure, hang_hostile};
use pelicycle_testkit::program::program;
use pelicycle_testkit::{has_python, tempdir};

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

fn export(results: &Path, arguments: &[&str]) -> Output {
    program().args(["export", "--results"]).arg(results).args(arguments).output().unwrap()
}

fn store(folder: &Path) -> Store {
    let store = Store::open(folder.join("results")).unwrap();
    hang_hostile(&store);
    hang_failure(&store, "pelican", "formula", "2026-11-13T00:00:00Z", Outcome::Error, "=1+1\n,\"quoted\"");
    hang(&store, "otter-boat", "everything", "2026-11-14T00:00:00.123456789Z", SVG, |attempt| {
        with_experts(attempt, 0);
        with_thinking(attempt);
        attempt.contestant.released = Some("2024-02-29".parse().unwrap());
        attempt.request.seed = Some((1 << 53) - 1);
        attempt.request.run_seed = Some(u64::MAX);
        attempt.request.sampling.thinking = Some(false);
        attempt.joules = Some(0.1 + 0.2);
        attempt.usage.cached = Some(u64::MAX);
        attempt.cost = Some(CostRecord {
            usd: 1e-9,
            source: CostSource::Service,
            listed: None,
            rates: None,
            list: None,
            usd_per_kwh: None,
        });
    });
    store
}

/// Reads the three tables and the records themselves, and holds all against each other.
const READER: &str = r#"
import csv, datetime, json, pathlib, sys
import pyarrow.parquet
root = pathlib.Path(sys.argv[1])
csv.field_size_limit(1 << 30)
with open(root / "t.csv", newline="", encoding="utf-8") as file:
    table = list(csv.DictReader(file, strict=True))
lines = [json.loads(line) for line in open(root / "t.jsonl", encoding="utf-8").read().split("\n")[:-1]]
parquet = pyarrow.parquet.read_table(root / "t.parquet")
schema = {field.name: str(field.type) for field in parquet.schema}
assert parquet.schema.names == list(table[0]) == list(lines[0])
columns = {name: parquet.column(name).to_pylist() for name in parquet.schema.names if not schema[name].startswith("timestamp")}
for name in schema:
    if schema[name].startswith("timestamp"):
        assert schema[name] == "timestamp[us, tz=UTC]", schema[name]
        columns[name] = parquet.column(name).cast("int64").to_pylist()
assert len(table) == len(lines) == parquet.num_rows
def micros(text):
    whole, _, rest = text.rstrip("Z").partition(".")
    moment = datetime.datetime.fromisoformat(whole + "+00:00")
    return int(moment.timestamp()) * 10**6 + int((rest + "000000")[:6])
for index, (cells, line) in enumerate(zip(table, lines)):
    for name, kind in schema.items():
        cell, value, typed = cells[name], line[name], columns[name][index]
        if value is None:
            assert cell == "" and typed is None, (name, cell, typed)
        elif kind == "string":
            if cell[:1] == "'" and cell[1:2] in "=+-@\t\r":
                cell = cell[1:]
            assert cell == value == typed, (name, cell[:99], value[:99], typed[:99])
        elif kind == "uint64":
            assert int(cell) == value == typed, (name, cell, value, typed)
        elif kind == "double":
            assert float(cell) == value == typed, (name, cell, value, typed)
        elif kind == "bool":
            assert {"true": True, "false": False}[cell] is value is typed, (name, cell, value, typed)
        elif kind == "date32[day]":
            assert cell == value == typed.isoformat(), (name, cell, value, typed)
        else:
            assert cell == value and micros(value) == typed, (name, cell, value, typed)
records = {json.load(open(path))["id"]: path for path in root.glob("results/*/*/*/attempt.json")}
assert set(records) == {line["id"] for line in lines} and len(records) == len(lines)
for line in lines:
    record = json.load(open(records[line["id"]]))
    check = record.get("check") or {}
    assert records[line["id"]].parent == root / "results" / line["path"]
    assert line["label"] == record["contestant"]["label"]
    assert line["error"] == record.get("error")
    assert line["started"] == record["timing"]["started"]
    assert line["output_tokens"] == record["usage"].get("output")
    assert line["cached_tokens"] == record["usage"].get("cached")
    assert line["verdict"] == check.get("verdict")
    assert line["findings"] == (len(check["findings"]) if check else None)
    assert line["elements"] == (check.get("svg") or {}).get("elements")
    assert line["joules"] == record.get("joules")
    assert line["temperature"] == record["request"].get("temperature")
    assert line["cost_usd"] == (record.get("cost") or {}).get("usd")
    folder = records[line["id"]].parent
    for name, file in [("reply", "reply.md"), ("thinking_text", "thinking.md")]:
        path = folder / file
        assert line[name] == (path.read_bytes().decode() if path.exists() else None), (name, path)
    drawings = [path for path in folder.iterdir() if path.name in ("drawing.svg", "drawing.svg.txt")]
    assert line["svg"] == (drawings[0].read_bytes().decode() if drawings else None)
print(len(lines), "rows")
"#;

#[test]
fn other_programs_read_the_same_from_every_format_as_the_records_say() {
    if !has_python("pyarrow.parquet") {
        return;
    }
    let folder = tempdir();
    let store = store(folder.path());
    for format in ["csv", "jsonl", "parquet"] {
        let out = folder.path().join(format!("t.{format}"));
        let output = export(store.root(), &["--texts", "-o", out.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let piped = export(store.root(), &["--texts", "--format", format]);
        assert_eq!(piped.stdout, std::fs::read(&out).unwrap(), "the same bytes each time");
    }
    let read = Command::new("python3").args(["-c", READER]).arg(folder.path()).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let rows = format!("{} rows\n", store.list().unwrap().attempts.len());
    assert_eq!(String::from_utf8_lossy(&read.stdout), rows);
}

#[test]
fn a_damaged_text_is_told_and_left_out_and_an_empty_store_is_a_table_of_heads() {
    let folder = tempdir();
    let results = folder.path().join("results");
    let empty = export(&results, &[]);
    assert!(empty.status.success());
    let heads = String::from_utf8(empty.stdout).unwrap();
    assert!(heads.starts_with("id,path,run,started,prompt,"), "{heads}");
    assert_eq!(heads.lines().count(), 1);

    let store = Store::open(&results).unwrap();
    hang(&store, "pelican", "model", "2026-11-14T00:00:00Z", SVG, |_| {});
    let reply = store.list().unwrap().attempts[0].files.reply.clone().unwrap();
    std::fs::write(&reply, "another").unwrap();
    let output = export(&results, &["--texts", "--format", "jsonl"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("reply.md"), "{told}");
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["reply"], &line["drawn"]), (&serde_json::Value::Null, &true.into()));
}
