//! Tests of what the first page shows first, and in whose words: the order of the house, news, charts, and what a site says
//! of itself.

use pelicycle_compare::{MeasuredDrawings, PairedSides, compare};
use pelicycle_prompt::PromptLibrary;
use pelicycle_record::{
    AskedPrompt, Attempt, Id, JudgeKind, JudgeRecord, JudgementRecord, Preference, SCHEMA_VERSION,
};
use pelicycle_site::{
    GalleryOptions, OwnMakers, SheetOptions, SheetOrder, SiteSettings, exhibit, rankings, sheet,
};
use pelicycle_store::Store;
use pelicycle_testkit::exhibits::hang_judgements;

use crate::building::{SVG, build, build_from, build_later, hang, site_files};

/// Asks a model by this name in a run.
fn ask(store: &Store, model: &str, run: &str, started: &str) {
    hang(store, "pelican", model, started, SVG, |attempt: &mut Attempt| {
        attempt.contestant.model = model.to_owned();
        attempt.contestant.demonstration = model == "hatchling";
        attempt.run = format!("{run}-000000-000-k3f9q2m8x7ab").parse().unwrap();
    });
}

/// A line-up of models, asked in this order on one day after all of them came out.
fn line_up(store: &Store, models: &[&str], day: &str) {
    for (second, model) in models.iter().enumerate() {
        ask(store, model, &day.replace('-', ""), &format!("{day}T00:00:{second:02}Z"));
    }
}

/// Models in the order in which a page has their cards.
fn order(page: &str) -> Vec<&str> {
    page.split("<li class=\"case")
        .skip(1)
        .map(|case| {
            case.split("</h").next().unwrap().rsplit("\">").next().unwrap().strip_suffix("</a>").unwrap()
        })
        .collect()
}

fn index(out: &std::path::Path) -> String {
    // As it reads: some spaces hold words together.
    std::fs::read_to_string(out.join("index.html")).unwrap().replace('\u{a0}', " ")
}

#[test]
fn the_newest_release_hangs_first_and_a_line_up_never_backwards() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    let asked = ["hatchling", "gpt-4o", "claude-3-opus", "a-model-with-a-long-name-1", "beta-2", "gpt-4"];
    line_up(&store, &asked, "2026-01-05");
    line_up(&store, &["gamma-3"], "2026-02-05");
    build(&store, &out);
    // Without a date of release a model stands where it was first asked.
    let expected =
        ["gamma-3", "a-model-with-a-long-name-1", "beta-2", "gpt-4o", "claude-3-opus", "gpt-4", "hatchling"];
    let page = index(&out);
    assert_eq!(order(&page), expected);
    for words in [
        "<bdi>OpenAI</bdi> · 13 May 2024",
        "<bdi>Anthropic</bdi> · 4 Mar 2024",
        "Lab unknown · asked 5 Jan 2026",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // One that was asked by itself, after the others, is news.
    assert!(page.contains("New: <a href=\"models/gamma-3.html\"><bdi>gamma-3</bdi></a>"));
    let chart = site_files(&out).into_iter().find(|(name, _)| name.starts_with("charts/")).unwrap().1;
    let chart = String::from_utf8(chart).unwrap();
    assert!(
        chart.contains("Share drawn by release date")
            && chart.contains("3 models without a known release date")
    );
    assert!(chart.contains("aria-label=\"gpt-4o, 13 May 2024: 100 %\""));
    assert!(chart.matches("class=\"dot").count() == 6, "three models, wide and narrow");

    // Models of one day stand by their place; short names win (see the judgements).
    hang_judgements(&store);
    build(&store, &out);
    let page = index(&out);
    assert_eq!(
        order(&page),
        ["gamma-3", "beta-2", "a-model-with-a-long-name-1", "gpt-4o", "claude-3-opus", "gpt-4", "hatchling"]
    );
    assert!(page.contains("<p class=\"standing\">won "));
    // One vote won is little, so its number stands beside the share.
    let standings: Vec<&str> = page.split("<p class=\"standing\">").skip(1).collect();
    assert!(
        standings.iter().all(|rest| rest.split("</p>").next().unwrap().contains("vote")),
        "{standings:?}"
    );
    let chart = site_files(&out).into_iter().find(|(name, _)| name.starts_with("charts/")).unwrap().1;
    assert!(String::from_utf8(chart).unwrap().contains("Strength by release date"));

    // The sheet follows the same rule.
    let listing = store.list().unwrap();
    let exhibits: Vec<_> = listing.attempts.iter().map(exhibit).collect();
    assert_eq!(sheet(&exhibits, &SheetOptions::default()).unwrap().shown, 7);
    let some = SheetOptions { top: Some(3), title: Some("Three".to_owned()), ..SheetOptions::default() };
    let three = sheet(&exhibits, &some).unwrap();
    assert_eq!((three.shown, three.left_out, three.title.as_str()), (3, 0, "Three"));
    // Rows of families have none of one model.
    let families = sheet(&exhibits, &SheetOptions { timeline: true, ..SheetOptions::default() }).unwrap();
    assert_eq!((families.shown, families.alone), (2, 4));
    // Every other order is another sheet.
    let all = |order| {
        let judged = rankings(&store, &store.list().unwrap()).unwrap();
        let options = SheetOptions { order, judged, ..SheetOptions::default() };
        sheet(&exhibits, &options).unwrap().png
    };
    hang_judgements(&store);
    let sheets = [SheetOrder::House, SheetOrder::Rank, SheetOrder::Oldest, SheetOrder::Name].map(all);
    for (n, sheet) in sheets.iter().enumerate() {
        assert!(!sheets[..n].contains(sheet), "{n}");
    }
}

#[test]
fn a_model_that_came_with_others_or_long_before_the_newest_answer_is_no_news() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    line_up(&store, &["alpha-1", "beta-2"], "2026-01-05");
    build(&store, &out);
    assert!(!index(&out).contains("id=\"news\""), "a line-up");
    line_up(&store, &["alpha-2"], "2026-01-06");
    build(&store, &out);
    let page = index(&out);
    assert!(page.contains("New: <a href=\"models/alpha-2.html\">") && page.contains("The model before it: "));
    assert!(page.contains("1 of 1 drawn. Before it, alpha-1: 1 of 1 drawn."));
    ask(&store, "alpha-1", "20260601", "2026-06-01T00:00:00Z");
    build(&store, &out);
    assert!(!index(&out).contains("id=\"news\""), "half a year later");
}

/// Says that a person preferred the drawing of one attempt to that of another.
fn prefer(store: &Store, one: &Attempt, other: &Attempt, second: usize) {
    let judged = format!("2026-03-01T00:00:{second:02}Z").parse().unwrap();
    let record = JudgementRecord {
        schema: SCHEMA_VERSION,
        id: Id::at(judged).unwrap(),
        judged,
        tool: one.tool.clone(),
        judge: JudgeRecord { kind: JudgeKind::Person, name: "Ann <b>".to_owned() },
        prompt: AskedPrompt { id: one.prompt.id.clone(), hash: one.prompt.hash.clone() },
        left: one.id.clone(),
        right: other.id.clone(),
        preference: Some(Preference::Left),
        seconds: None,
        asked: None,
    };
    store.write_judgement(&record, None).unwrap();
}

#[test]
fn what_a_release_changed_is_said_as_compare_says_it_where_it_was_judged_beside_the_model_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    line_up(&store, &["beta-2"], "2026-01-05");
    for (model, day) in [("alpha-1", "2026-01-06"), ("alpha-2", "2026-02-05")] {
        line_up(&store, &[model; 8], day);
    }
    // Another prompt is asked of both: `compare` takes all that both drew.
    for (model, day) in [("alpha-1", "2026-01-06"), ("alpha-2", "2026-02-05")] {
        hang(&store, "otter-boat", model, &format!("{day}T01:00:00Z"), SVG, |_| {});
    }
    let listing = store.list().unwrap();
    let by = |model: &str| -> Vec<&Attempt> {
        listing.first_attempts().filter(|attempt| attempt.contestant.label == model).collect()
    };
    let (beta, before, fresh) = (by("beta-2"), by("alpha-1"), by("alpha-2"));
    let said = || {
        let page = index(&out);
        let (_, news) = page.split_once("<section class=\"news\"").unwrap();
        let (_, sentence) = news.split_once("<p class=\"sum\">").unwrap();
        sentence.split_once("</p>").unwrap().0.to_owned()
    };
    // Judged beside others, but not beside the model before it.
    prefer(&store, fresh[0], beta[0], 0);
    build(&store, &out);
    assert!(said().starts_with("Place ") && said().contains(". Before it, alpha-1: "), "{}", said());

    let compared = || {
        let sides = PairedSides::pair(&before, &fresh);
        let report = compare("alpha-1", "alpha-2", &sides, &[], &MeasuredDrawings::new()).unwrap();
        let judgements = store.judgements().unwrap().records;
        let sentence = report.judged(&sides, &judgements, &[], None).sentence;
        sentence.replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#x27;")
    };
    prefer(&store, fresh[0], before[0], 1);
    build(&store, &out);
    assert_eq!(said(), compared());
    assert!(
        said().starts_with("Can&#x27;t tell yet whether alpha-2 draws better than alpha-1: Ann &lt;b&gt; ")
    );
    for (n, (before, fresh)) in before.iter().zip(&fresh).enumerate().skip(1) {
        prefer(&store, fresh, before, n + 1);
    }
    build(&store, &out);
    assert_eq!(said(), compared());
    let whole = "alpha-2 draws better than alpha-1: Ann &lt;b&gt; preferred it in 100 % of 9 judgements";
    assert!(said().starts_with(whole), "{}", said());
    assert_eq!(build(&store, &out).report.written, 0, "the same judgements make the same page");
}

#[test]
fn a_site_speaks_for_itself_and_knows_its_models() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    line_up(&store, &["alpha-1", "gpt-4o", "beta-2"], "2026-01-05");
    hang(&store, "otter-boat", "alpha-1", "2026-01-04T00:00:00Z", SVG, |_| {});
    let site = SiteSettings {
        title: Some("Pelikane <b>".to_owned()),
        description: Some("Wer zeichnet & wie?".to_owned()),
        author: Some("Ann".to_owned()),
        link: Some("https://example.org/ann".to_owned()),
        accent: Some("#123456".to_owned()),
        language: Some("de".to_owned()),
        footer: Some("Impressum".to_owned()),
        lead: vec!["otter-boat".to_owned()],
        makers: OwnMakers {
            lab_of: [("alpha-1".to_owned(), Some("OpenAI".to_owned())), ("gpt-4o".to_owned(), None)].into(),
            released: [("beta-2".to_owned(), "2027-01-01".parse().unwrap())].into(),
            ..OwnMakers::default()
        },
        ..SiteSettings::default()
    };
    let base = Some("https://example.org/pelicans".parse().unwrap());
    let options = GalleryOptions { base, site, ..GalleryOptions::default() };
    let library = PromptLibrary::bundled();
    build_from(&store, &library, &out, &options);
    let page = index(&out);
    for words in [
        "<h1 dir=\"auto\" lang=\"de\">Pelikane &lt;b&gt;</h1>",
        "Wer zeichnet &amp; wie?",
        "<a href=\"https://example.org/ann\" rel=\"author\">Ann</a>",
        "<p lang=\"de\" dir=\"auto\">Impressum</p>",
        "<meta property=\"og:site_name\" content=\"Pelikane &lt;b&gt;\">",
        "<bdi>OpenAI</bdi> · asked 5 Jan 2026",
        "Lab unknown · asked 5 Jan 2026",
        "Lab unknown · 1 Jan 2027",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.find("id=\"otter-boat-").unwrap() < page.find("id=\"pelican-").unwrap());
    let style = std::fs::read_to_string(out.join("style.css")).unwrap();
    assert!(style.contains("--beak: #123456"));
    let feed = std::fs::read_to_string(out.join("feed.xml")).unwrap();
    assert!(
        feed.contains("<title>Pelikane &lt;b&gt;</title>")
            && feed.contains("<author><name>Ann</name></author>")
    );
    assert_eq!(build_from(&store, &library, &out, &options).report.written, 0);
    // Other words print the pages anew.
    let plain = GalleryOptions { site: SiteSettings::default(), ..options };
    assert!(build_from(&store, &library, &out, &plain).report.written > 5);
}

#[test]
fn a_drawing_that_moves_lies_in_the_site_as_an_image_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    let turn = r#"<animateTransform attributeName="transform" type="rotate" to="360 4 4" dur="1s"/></path>"#;
    let moves = SVG.replace("/></svg>", &format!(">{turn}</svg>"));
    let linked =
        moves.replace("<path", "<a href='https://hostile.example'><path").replace("</svg>", "</a></svg>");
    for (label, svg) in [("moves", moves.as_str()), ("still", SVG), ("linked", linked.as_str())] {
        hang(&store, "pelican", label, "2026-01-05T00:00:00Z", svg, |_| {});
    }
    build_later(&store, &out);
    let moving = |out: &std::path::Path| {
        let files = site_files(out);
        files.into_iter().filter(|(name, _)| name.ends_with(".svg")).map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert_eq!(moving(&out), [moves.as_bytes()]);
    assert_eq!(index(&out).matches("class=\"moving\"").count(), 1);
    assert_eq!(build_later(&store, &out).report.written, 0, "the cache knows it");
    assert_eq!(moving(&out).len(), 1);
}

/// The page of the model with this name, as it reads.
fn model_page(out: &std::path::Path, model: &str) -> String {
    let files = site_files(out);
    let page = files.into_iter().find(|(name, _)| name.starts_with(&format!("models/{model}"))).unwrap().1;
    String::from_utf8(page).unwrap().replace('\u{a0}', " ").replace("&#x2f;", "/")
}

#[test]
fn the_page_of_a_model_says_who_made_it_and_how_it_stands_and_begins_with_the_famous_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    for model in ["gpt-4o", "claude-3-opus", "gpt-4", "beta-2"] {
        // Judges are shown drawings of the pelican that lie three apart.
        for day in 1..=4 {
            ask(&store, model, &format!("2026010{day}"), &format!("2026-01-0{day}T00:00:00Z"));
        }
        hang(&store, "otter-boat", model, "2026-03-05T00:00:00Z", SVG, |attempt| {
            attempt.contestant.model = model.to_owned();
        });
    }
    hang_judgements(&store);
    build(&store, &out);
    let page = model_page(&out, "gpt-4o");
    let head = page.split("</header>").nth(1).unwrap();
    for words in ["<bdi>OpenAI</bdi> · released 13 May 2024", "<a href=\"../ranking.html\">won ", ", place "]
    {
        assert!(head.contains(words), "{words}: {head}");
    }
    let at = |prompt: &str| page.find(&format!("<section class=\"strip\" id=\"{prompt}-")).unwrap();
    assert!(at("pelican") < at("otter-boat"), "although the otter was asked later");
    // Four drawings take a row for themselves; one stands beside others, and its figures are told once.
    let section = |prompt: &str| page[at(prompt)..].split("</section>").next().unwrap();
    assert!(!section("pelican").contains("data-lone") && section("otter-boat").contains("data-lone"));
    let tokens = |prompt: &str| section(prompt).matches(" tokens ·").count();
    assert_eq!((tokens("pelican"), tokens("otter-boat")), (5, 1), "{page}");

    let own = SiteSettings { lead: vec!["otter-boat".to_owned()], ..SiteSettings::default() };
    let options = GalleryOptions { site: own, ..GalleryOptions::default() };
    build_from(&store, &PromptLibrary::bundled(), &out, &options);
    let page = model_page(&out, "gpt-4o");
    let at = |prompt: &str| page.find(&format!("<section class=\"strip\" id=\"{prompt}-")).unwrap();
    assert!(at("otter-boat") < at("pelican"), "the site puts it first");
}

#[test]
fn no_heading_that_is_not_seen_takes_the_focus() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    line_up(&store, &["gpt-4o"], "2026-01-05");
    build(&store, &out);
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    let (_, heading) = page.split_once(" class=\"unseen\">").unwrap();
    assert!(!heading.split("</h2>").next().unwrap().contains("<a "), "{heading}");
}

#[test]
fn three_dates_make_a_timeline_where_no_family_has_two_models() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    let timeline = || {
        let page = site_files(&out).into_iter().find(|(name, _)| name.starts_with("timelines/"));
        page.map(|(_, page)| String::from_utf8(page).unwrap())
    };
    line_up(&store, &["claude-3-opus", "gpt-4o"], "2026-01-05");
    build(&store, &out);
    assert_eq!(timeline(), None, "neither an axis nor a family");
    line_up(&store, &["grok-2"], "2026-01-06");
    build(&store, &out);
    let page = timeline().unwrap();
    assert!(page.contains("<svg class=\"chart days") && !page.contains("Families of models"), "{page}");
}

#[test]
fn drawings_stand_on_an_axis_of_time_where_release_dates_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let (store, out) = (Store::open(folder.path().join("results")).unwrap(), folder.path().join("gallery"));
    let timeline = || {
        let files = site_files(&out);
        let page = files.into_iter().find(|(name, _)| name.starts_with("timelines/")).unwrap().1;
        String::from_utf8(page).unwrap()
    };
    line_up(&store, &["gpt-4o", "gpt-4", "beta-2"], "2026-01-05");
    build(&store, &out);
    assert!(!timeline().contains("<svg class=\"chart days"), "two dates are no axis");

    line_up(&store, &["claude-3-opus", "hatchling"], "2026-01-06");
    build(&store, &out);
    let page = timeline();
    let frames: Vec<&str> = page.split("<svg class=\"chart days ").skip(1).collect();
    assert_eq!(frames.len(), 2, "one for wide screens, one for narrow ones");
    for frame in frames {
        let frame = frame.split("</svg>").next().unwrap();
        let places: Vec<f64> = ["gpt-4, 14 Mar 2023", "claude-3-opus, 4 Mar 2024", "gpt-4o, 13 May 2024"]
            .iter()
            .map(|words| {
                let (_, drawing) = frame.split_once(&format!("<title>{words}</title>")).unwrap();
                let x = drawing.split_once("<image ").unwrap().1.split_once(" x=\"").unwrap().1;
                x.split_once('"').unwrap().0.parse().unwrap()
            })
            .collect();
        let (year, weeks) = (places[1] - places[0], places[2] - places[1]);
        assert!(year > 0.0 && (year / weeks / (356.0 / 70.0) - 1.0).abs() < 0.02, "{places:?}: days, evenly");
        assert_eq!(frame.matches("<image ").count(), 3, "no demonstration, and none without a date");
    }
    assert!(page.contains("The release date of 1 model is not known"), "{page}");
}
