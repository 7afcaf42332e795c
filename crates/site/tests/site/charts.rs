//! Charts of a prompt: which there are, and that each has its own address, points that lead to drawings, and values in a table.

use std::collections::BTreeMap;
use std::path::Path;

use pelicycle_record::{CostRecord, CostSource};
use pelicycle_store::Store;

use crate::building::{SVG, build, build_for, hang, site_files};

/// Asks a model whose answer took so many tokens and seconds, and cost so much where it was a service's.
fn ask(store: &Store, model: &str, (tokens, seconds): (u64, f64), usd: Option<f64>) {
    hang(store, "pelican", model, "2026-01-05T00:00:00Z", SVG, |attempt| {
        attempt.contestant.model = model.to_owned();
        (attempt.usage.output, attempt.timing.total) = (Some(tokens), Some(seconds));
        let Some(usd) = usd else { return };
        (attempt.contestant.provider, attempt.engine) = ("openai".to_owned(), None);
        attempt.cost = Some(CostRecord {
            usd,
            source: CostSource::Service,
            listed: None,
            rates: None,
            list: None,
            usd_per_kwh: None,
        });
    });
}

/// Puts a model file of so many gigabytes into the results.
fn ask_file(store: &Store, file: &str, gigabytes: f64, speed: f64) {
    hang(store, "pelican", file, "2026-01-06T00:00:00Z", SVG, |attempt| {
        attempt.contestant.model = format!("{file}.gguf");
        attempt.timing.tokens_per_second = Some(speed);
        attempt.engine.as_mut().unwrap().bytes = (gigabytes * 1e9) as u64;
    });
}

fn charts(out: &Path) -> BTreeMap<String, String> {
    let files = site_files(out)
        .into_iter()
        .filter(|(name, _)| name.starts_with("charts/") && name.ends_with(".html"));
    let named = files.map(|(name, text)| {
        let kind = name.trim_start_matches("charts/pelican-41c826e0").trim_end_matches(".html").to_owned();
        // As a browser reads it.
        (kind, String::from_utf8(text).unwrap().replace("&#x2f;", "/"))
    });
    named.collect()
}

#[test]
fn each_question_that_the_results_can_answer_has_a_chart() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    ask(&store, "gpt-4o", (900, 9.0), Some(0.02));
    ask(&store, "o1-mini", (9_000, 40.0), Some(0.3));
    build(&store, &out);
    assert_eq!(charts(&out).len(), 0, "two models are no chart");

    ask(&store, "gpt-4", (700, 21.0), Some(0.0));
    ask(&store, "claude-3-opus", (1_100, 30.0), Some(0.11));
    ask_file(&store, "granite-4.1-3b-Q8_0", 3.6, 14.0);
    ask_file(&store, "granite-4.1-3b-Q4_K_M", 2.1, 22.5);
    ask_file(&store, "smol-Q4_0", 0.1, 90.0);
    build(&store, &out);
    let charts = charts(&out);
    let kinds: Vec<&str> = charts.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["", "-price", "-quantization", "-quantization-speed", "-time", "-tokens"]);
    let points = |kind: &str| charts[kind].matches("class=\"dot").count() / 2;
    for (kind, count) in [("", 4), ("-price", 3), ("-time", 7), ("-tokens", 7), ("-quantization", 2)] {
        assert_eq!(points(kind), count, "{kind}");
    }
    // What costs nothing has no place on an axis of powers, and is told of.
    let price = &charts["-price"];
    assert!(price.contains("4 models without a known price above zero are not here"), "{price}");
    assert!(price.contains("<h1 dir=\"auto\">Share drawn by price of a drawing</h1>"));
    assert!(price.contains("aria-label=\"o1-mini, $0.300: 100 %\""));
    // The cheapest is the best for its price where all draw as often.
    let best = price.split("<tr>").filter(|row| row.contains("<td>yes</td>")).collect::<Vec<_>>();
    assert!(best.len() == 1 && best[0].contains("gpt-4o"), "{best:?}");
    for tick in [">$0.02<", ">$0.1<", ">US dollars for a drawing (median) →<"] {
        assert!(price.contains(tick), "{tick}");
    }
    // Squares ran here, circles at a service.
    let time = &charts["-time"];
    assert_eq!(
        (time.matches("<rect class=\"dot").count(), time.matches("<circle class=\"dot").count()),
        (6, 8)
    );
    assert!(time.contains("Squares are models that ran on a local machine"));
    // Quantizations of one model are joined, and stand under their own names.
    let speed = &charts["-quantization-speed"];
    assert_eq!(speed.matches("class=\"lab-line").count(), 2);
    for words in [
        ">Q4_K_M</text>",
        ">Q8_0</text>",
        "<td>Q4_K_M, 2.1 GB</td>",
        "<td>22.5 tokens/s</td>",
        "Speed by quantization",
    ] {
        assert!(speed.contains(words), "{words}");
    }
    // Every point is a drawing that is there, and every chart leads to the others.
    for (kind, chart) in &charts {
        let table = chart.split("<tbody>").nth(1).unwrap();
        assert_eq!(table.matches("<tr>").count(), points(kind), "{kind}");
        assert_eq!(chart.matches("<a href=\"../attempts/").count(), 2 * points(kind), "{kind}");
        for href in chart.split("<a href=\"../attempts/").skip(1).map(|rest| rest.split('"').next().unwrap())
        {
            assert!(out.join("attempts").join(href).is_file(), "{href}");
        }
        let others = kinds.iter().filter(|other| *other != kind);
        for other in others {
            assert!(
                chart.contains(&format!("href=\"../charts/pelican-41c826e0{other}.html\"")),
                "{kind} to {other}"
            );
        }
    }
}

/// The pixels of a picture for links, of red, green and blue.
fn pixels(png: &[u8]) -> Vec<[u8; 3]> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    assert_eq!((reader.info().width, reader.info().height), (1200, 630));
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut bytes).unwrap();
    bytes.as_chunks::<3>().0.to_vec()
}

#[test]
fn a_link_to_a_chart_shows_the_chart() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("site"));
    for (model, cost) in [("gpt-4o", 0.02), ("claude-3-opus", 0.11), ("gemini-1.5-pro", 0.3)] {
        ask(&store, model, (900, 9.0), Some(cost));
    }
    build_for(&store, &out, "https://example.org/p");
    let page = &charts(&out)["-price"];
    assert!(page.contains("og:title\" content=\"Share drawn by price of a drawing\""), "{page}");
    assert!(page.contains("og:image:alt\" content=\"Chart: Share drawn by price of a drawing\""), "{page}");
    let colours: Vec<&str> = page.split("fill=\"#").skip(1).map(|rest| &rest[..6]).collect();
    assert!(!colours.is_empty(), "no point has a colour: {page}");
    let seen = pixels(&site_files(&out)["charts/pelican-41c826e0-price.png"]);
    for colour in &colours {
        let channel = |at: usize| u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
        let of_it = seen.iter().filter(|pixel| **pixel == [channel(0), channel(2), channel(4)]).count();
        // A point is some eleven pixels wide.
        assert!(of_it > 60, "{of_it} pixels of #{colour}");
    }
    // What its labs are is told on the page.
    let legend = page.split("class=\"legend\"").nth(1).unwrap().split("</ul>").next().unwrap();
    let labs = ["Anthropic", "Google", "OpenAI"];
    assert!(labs.iter().all(|lab| legend.contains(lab)) && legend.matches("<li>").count() == 3, "{legend}");
}

#[test]
fn files_of_a_model_of_which_a_chart_of_quantizations_has_no_value_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    ask_file(&store, "granite-4.1-3b-Q8_0", 3.6, 14.0);
    ask_file(&store, "granite-4.1-3b-Q4_K_M", 2.1, 22.5);
    ask_file(&store, "smol-Q4_0", 0.1, 90.0);
    hang(&store, "pelican", "granite-4.1-3b-Q6_K", "2026-01-06T00:00:00Z", SVG, |attempt| {
        attempt.contestant.model = "granite-4.1-3b-Q6_K.gguf".to_owned();
        attempt.timing.tokens_per_second = None;
        attempt.engine.as_mut().unwrap().bytes = 2_800_000_000;
    });
    build(&store, &out);
    let charts = charts(&out);
    assert!(charts["-quantization-speed"].contains("1 file without a known speed is not here"));
    assert!(!charts["-quantization"].contains("not here"), "all drew");
}
