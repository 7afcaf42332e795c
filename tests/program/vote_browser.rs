//! Voting in a real Chromium: keys, pointer, no script, narrow and wide, light and dark.
//!
//! `npm ci` in `tests/browser` brings what drives the browser; the browser is the system's.

use pelicycle_record::Preference;
use pelicycle_record::Preference::{BothBad, Left, Right, Tie};
use pelicycle_store::Store;
use pelicycle_testkit::browser::drive;
use pelicycle_testkit::exhibits::hang;
use pelicycle_testkit::program::{ServingProgram, program};
use pelicycle_testkit::tempdir;
use serde_json::{Value, json};

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

/// Asserts what must be so of every page in every view.
fn hold(seen: &Value, dark: bool) {
    assert_eq!(strings(&seen["violations"]), [""; 0], "{seen}");
    assert_eq!(seen["broken"], 0, "{seen}");
    assert!(seen["overflow"].as_i64().unwrap() <= 0, "{seen}");
    assert_eq!(seen["room"], if dark { "rgb(24, 23, 20)" } else { "rgb(244, 242, 237)" });
}

/// Asserts what must be so of a page with a pair.
fn hold_pair(seen: &Value, dark: bool) {
    hold(seen, dark);
    assert_eq!(seen["alt"], json!(["Drawing A", "Drawing B"]));
    assert_eq!(seen["plate"], "rgb(255, 255, 255)", "pictures stay on white");
    assert_eq!(seen["fits"], true, "drawings and buttons are on the screen at once: {seen}");
    assert_eq!(seen["buttons"], 4);
    let [a, b] = [0, 1].map(|side| &seen["plates"][side]);
    let close = |name: &str| (a[name].as_f64().unwrap() - b[name].as_f64().unwrap()).abs() < 0.5;
    assert!(close("width") && close("height"), "{seen}");
    assert!(a["width"].as_f64().unwrap() >= 170.0, "{seen}");
}

#[test]
fn a_person_votes_by_keys_by_pointer_and_without_scripts() {
    let folder = tempdir();
    let store = Store::open(folder.path().join("results")).unwrap();
    for (who, fill) in [("crane", "teal"), ("stork", "orange")] {
        for (sample, shape) in ["0 0 60 60", "0 0 90 40", "0 0 40 90", "0 0 10 10"].iter().enumerate() {
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="{shape}"><circle cx="20" cy="20" r="{}" fill="{fill}"/></svg>"#,
                6 + 3 * sample
            );
            hang(&store, "pelican", who, &format!("2026-11-0{}T00:00:00Z", sample + 1), &svg, |_| {});
        }
    }
    let mut command = program();
    command.args(["vote", "--address", "0", "--name", "Ada", "--results"]).arg(store.root());
    let server = ServingProgram::begin(command);
    let address = format!("http://{}/", server.own);
    let shots = std::env::var_os("PELICYCLE_SHOTS");
    let shots = shots.map(|folder| folder.into_string().unwrap());
    let Some(told) = drive("vote.mjs", json!({ "address": address, "shots": shots })) else { return };

    hold_pair(&told["wide"], false);
    let side_by_side = |seen: &Value| seen["plates"][0]["y"] == seen["plates"][1]["y"];
    assert!(side_by_side(&told["wide"]) && side_by_side(&told["dark"]) && !side_by_side(&told["phone"]));
    assert_eq!(told["wide"]["kbd"], json!(["←", "↑", "↓", "→"]));
    assert_eq!(told["wide"]["title"], "Which is better? · pelicycle");
    assert!(told["wide"]["plates"][0]["width"].as_f64().unwrap() > 450.0, "large: {}", told["wide"]);
    assert_eq!(told["firstStop"], "left");
    assert_eq!(told["names"], json!(["A is better", "Equally good", "Both bad", "B is better"]));
    assert_eq!(told["still"], true, "modifiers, held keys and strangers are no answers");
    assert_eq!(told["keys"], json!(vec![true; 7]));
    assert_eq!((&told["hasty"], &told["notice"]), (&json!(true), &json!(0)));
    assert_eq!(
        (&told["clicked"], &told["undone"], &told["tapped"]),
        (&json!(true), &json!(true), &json!(true))
    );
    hold_pair(&told["dark"], true);
    hold_pair(&told["phone"], true);
    assert_eq!(told["late"], true);
    assert!(told["lateNotice"].as_str().unwrap().starts_with("That vote was not counted"));
    hold(&told["lateLook"], true);
    assert_eq!((&told["plainKeys"], &told["plain"]), (&json!(0), &json!(true)));
    hold(&told["end"], false);
    hold(&told["endDark"], true);
    assert_eq!(told["end"]["title"], "You have seen every pair · pelicycle");
    // The late vote is answered with 409, which a browser tells as an error; nothing else is.
    let errors = strings(&told["errors"]);
    assert!(errors.len() == 1 && errors[0].contains("409"), "{errors:?}");
    assert_eq!(told["lateReload"], 0, "loaded anew, the page sends nothing again");
    let known = ["", "drawings/TOKEN", "undo", "vote"].map(|path| format!("{address}{path}"));
    assert_eq!(strings(&told["requests"]), known.each_ref().map(String::as_str));

    // The two keys after the fifth took votes back, and so did the button.
    let kept: Vec<Preference> =
        store.judgements().unwrap().records.iter().map(|record| record.preference.unwrap()).collect();
    assert_eq!(kept[..6], [Left, Tie, Tie, BothBad, BothBad, Right]);
    assert!(kept.len() >= 16 && kept[6..].iter().all(|preference| *preference == BothBad));
}
