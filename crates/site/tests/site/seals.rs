//! Promised prompts in the gallery, and the famous one beside those that nobody knows.

use pelicycle_prompt::{Prompt, fresh, seal_hash};
use pelicycle_record::{Attempt, Id, RevealedPrompt, RevealedRecord, SCHEMA_VERSION, SealRecord};
use pelicycle_store::Store;

use crate::building::{SVG, build, build_for, hang, site_files};

const SALT: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Seals two prompts on a day, and reveals `then`, where there is something.
pub(crate) fn seal(
    store: &Store,
    name: &str,
    day: &str,
    prompts: &[RevealedPrompt],
    then: Option<&[RevealedPrompt]>,
) {
    let record = SealRecord {
        schema: SCHEMA_VERSION,
        name: name.to_owned(),
        sealed: format!("{day}T08:00:00Z").parse().unwrap(),
        prompts: u32::try_from(prompts.len()).unwrap(),
        hash: seal_hash(SALT, prompts).unwrap(),
    };
    store.write_seal(&record, &Id::new().unwrap()).unwrap();
    if let Some(then) = then {
        let revealed = RevealedRecord {
            schema: SCHEMA_VERSION,
            name: name.to_owned(),
            revealed: "2026-10-01T08:00:00Z".parse().unwrap(),
            salt: SALT.to_owned(),
            prompts: then.to_vec(),
        };
        store.write_revealed(&revealed, &Id::new().unwrap()).unwrap();
    }
}

/// Makes an attempt one at a prompt.
fn asks(attempt: &mut Attempt, prompt: &Prompt) {
    attempt.prompt = prompt.record();
}

fn pages(store: &Store, folder: &std::path::Path) -> std::collections::BTreeMap<String, String> {
    let out = folder.join("gallery");
    build(store, &out);
    let text = |(name, bytes): (String, Vec<u8>)| {
        Some((name, String::from_utf8(bytes).ok()?.replace("&#x2f;", "/")))
    };
    site_files(&out).into_iter().filter_map(text).collect()
}

#[test]
fn a_seal_is_held_against_the_texts_at_every_build() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    let made: Vec<Prompt> = fresh(7, 2).into_iter().map(|one| one.prompt).collect();
    let prompts: Vec<RevealedPrompt> = made.iter().map(Prompt::revealed).collect();
    for (day, prompt) in [("2026-11-01", &made[0]), ("2026-02-01", &made[1])] {
        hang(&store, "pelican", "crane", &format!("{day}T00:00:00Z"), SVG, |attempt| asks(attempt, prompt));
    }
    assert!(!pages(&store, folder.path()).contains_key("seals.html"));

    seal(&store, "secret", "2026-04-01", &prompts, None);
    seal(&store, "kept", "2026-03-03", &prompts, Some(&prompts));
    let edited = RevealedPrompt { text: "Draw <b>an owl</b>".to_owned(), ..prompts[0].clone() };
    seal(&store, "broken", "2026-03-02", &prompts, Some(&[edited]));
    let files = pages(&store, folder.path());
    assert!(files["index.html"].contains("<a href=\"seals.html\">Sealed prompts</a>"));
    let part = |name: &str| {
        let page =
            files["seals.html"].split("<section class=\"seal\"").find(|part| part.contains(name)).unwrap();
        page.to_owned()
    };
    let (secret, kept, broken) =
        (part("id=\"seal-secret\""), part("id=\"seal-kept\""), part("id=\"seal-broken\""));
    assert!(secret.contains("Still secret.</strong> 2 prompts, sealed on 1 Apr 2026"), "{secret}");
    assert!(kept.contains(
        "✓ The texts match the seal.</strong> 2 prompts, sealed on 3 Mar 2026, published on 1 Oct 2026"
    ));
    assert!(
        kept.contains(&format!("pelicycle seal 1 {SALT}")),
        "whoever doubts it can hash the lines: {kept}"
    );
    assert_eq!(kept.matches("First asked on 1 Feb 2026, before it was sealed").count(), 1);
    assert!(
        broken.contains("✗ The texts do not match the seal.")
            && broken.contains("is something else: 1 texts")
    );
    assert!(broken.contains("Draw &lt;b&gt;an owl") && !broken.contains("✓"), "{broken}");

    let of = |prompt: &Prompt| {
        let name = files.keys().find(|name| name.starts_with(&format!("prompts/{}", prompt.id))).unwrap();
        &files[name]
    };
    assert!(of(&made[0]).contains(
        "Secret until 1 Oct 2026: sealed on 3 Mar 2026. <a href=\"../seals.html#seal-kept\">The text matches"
    ));
    assert!(of(&made[1]).contains("but first asked on 1 Feb 2026, before that"));

    // A text that is edited afterwards is seen at the next build, whatever was said before.
    let place = store.root().join("seals/kept/revealed/seal.json");
    let text = std::fs::read_to_string(&place).unwrap().replace("Generate an SVG", "Draw an SVG");
    std::fs::write(&place, text).unwrap();
    let files = pages(&store, folder.path());
    assert!(!files["seals.html"].contains("✓") && files["seals.html"].matches("✗").count() == 2);
    // One that can't be read at all is told with other damage.
    std::fs::write(&place, "{").unwrap();
    let files = pages(&store, folder.path());
    assert!(files["index.html"].contains("seals/kept/revealed"), "{}", files["index.html"]);
}

#[test]
fn seals_without_any_attempt_are_found_and_say_their_own_day() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    let prompts: Vec<RevealedPrompt> = fresh(7, 2).iter().map(|one| one.prompt.revealed()).collect();
    seal(&store, "kept", "2026-03-03", &prompts, Some(&prompts));
    seal(&store, "secret", "2026-04-01", &prompts, None);
    let out = folder.path().join("gallery");
    build_for(&store, &out, "https://example.org/");
    let files = site_files(&out);
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert!(text("index.html").contains("<a href=\"seals.html\">Sealed prompts</a>"));
    let (seals, map) = (text("seals.html"), text("sitemap.xml"));
    assert!(seals.contains("<meta property=\"og:title\" content=\"Sealed prompts\">"));
    assert!(seals.contains("content=\"Prompts that are kept secret until models have answered them"));
    assert!(seals.contains("\"dateModified\":\"2026-10-01T08:00:00Z\""), "{seals}");
    assert!(map.contains("<loc>https://example.org/seals.html</loc><lastmod>2026-10-01</lastmod>"), "{map}");
    assert!(map.contains("<loc>https://example.org/</loc></url>"), "what has no day says none: {map}");
    for name in ["index.html", "seals.html", "sitemap.xml"] {
        assert!(!text(name).contains("1970"), "{name}");
    }
}

#[test]
fn the_premium_over_fresh_prompts_is_told_with_an_interval_that_knows_how_few_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("results")).unwrap();
    let blank = SVG.replace("<path d=\"M1 1h7v7z\"/>", "");
    let prompts: Vec<Prompt> = fresh(7, 8).into_iter().map(|one| one.prompt).collect();
    for sample in 1..=10 {
        for model in ["learned", "honest"] {
            hang(&store, "pelican", model, "2026-11-01T00:00:00Z", SVG, |attempt| attempt.sample = sample);
        }
    }
    for (index, prompt) in prompts.iter().enumerate() {
        for sample in 1..=2 {
            let svg = |draws: bool| if draws { SVG } else { &blank };
            let started = "2026-11-02T00:00:00Z";
            hang(&store, "pelican", "learned", started, svg(index == 0), |attempt| asks(attempt, prompt));
            hang(&store, "pelican", "honest", started, svg(index > 0 || sample == 1), |attempt| {
                asks(attempt, prompt);
            });
        }
    }
    let files = pages(&store, folder.path());
    assert!(files["index.html"].contains("href=\"premium.html\""));
    let page = &files["premium.html"];
    assert!(
        page.contains(
            "Of 2 models, 1 draws the pelican more often and none less often; of 1 it can’t be told."
        ),
        "{page}"
    );
    let row = |model: &str| {
        page.split("<tr role=\"row\">").find(|row| row.contains(&format!("<bdi>{model}</bdi>"))).unwrap()
    };
    assert!(
        row("learned").contains("<strong>drawn more often</strong>") && row("learned").contains("8 prompts")
    );
    assert!(
        row("honest").contains("<strong>can’t tell</strong>") && row("honest").contains("+6 points"),
        "{}",
        row("honest")
    );
    assert!(page.find(">learned<").unwrap() < page.find(">honest<").unwrap());
    assert!(page.contains("who draws a better pelican, and not whether pelicans are drawn better"));
    assert!(!page.contains("prompts fresh -n 12"), "there are some");

    // One fresh prompt stands for itself alone, so there is no table of it.
    hang(&store, "pelican", "once", "2026-11-01T00:00:00Z", SVG, |_| {});
    hang(&store, "pelican", "once", "2026-11-02T00:00:00Z", SVG, |attempt| asks(attempt, &prompts[0]));
    assert!(!pages(&store, folder.path())["premium.html"].contains("<bdi>once</bdi>"));
}
