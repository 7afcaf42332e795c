//! Line-ups, what they cost, parts of them, and replies that lie ready: with the real program.

use std::io::Write as _;
use std::process::Stdio;

use pelicycle_record::{CostSource, ReplyOrigin, Verdict};
use pelicycle_testkit::copy;
use pelicycle_testkit::loopback::{ScriptedServer, chat};

use crate::work_folder::{ProgramOutput, WorkFolder};

const SVG: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>"#;

/// A line-up of two contestants on one server, which counts 9 tokens in and 5 out for each reply.
fn lineup(server: &ScriptedServer) -> String {
    format!(
        "usd_per_kwh = 0.3\n\
         [providers.mine]\ndialect = \"chat\"\nbase_url = \"{}\"\nkey_env = [\"MINE_KEY\"]\n\
         [providers.far]\ndialect = \"chat\"\nbase_url = \"https://models.invalid/v1\"\n\
         [prices.\"mine/plain\"]\ninput = 1000.0\noutput = 2000.0\n\
         [contestants.plain]\nmodel = \"mine/plain\"\naliases = [\"p\"]\nreleased = 2026-04-16\nmax_tokens = 50\n\
         [contestants.dear]\nmodel = \"mine/plain\"\nlabel = \"Dear\"\nprice = {{ input = 1e5, output = 2e5 }}\nmax_tokens = 10\n\
         [lineups]\nboth = [\"p\", \"dear\"]\n",
        server.url("/v1")
    )
}

fn place(config: &str) -> WorkFolder {
    let place = WorkFolder::new();
    std::fs::write(place.path().join("pelicycle.toml"), config).unwrap();
    std::fs::write(place.path().join(".env"), "MINE_KEY=sk-planted-in-a-file\n").unwrap();
    place
}

fn run(place: &WorkFolder, code: i32, args: &[&str]) -> ProgramOutput {
    let mut command = place.command(None, args);
    // Neither a key nor a price list of whoever runs the tests is used.
    command.env_remove("MINE_KEY").env("XDG_DATA_HOME", place.path().join("data"));
    ProgramOutput::new(code, &command.output().unwrap())
}

#[test]
fn a_lineup_runs_by_one_name_with_its_own_settings_labels_dates_and_prices() {
    let server = ScriptedServer::new(vec![chat(SVG)]);
    let place = place(&lineup(&server));
    let said = run(&place, 0, &["-m", "lineup:both", "-n", "2"]);
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 4);
    for stored in &attempts {
        let attempt = &stored.attempt;
        let cost = attempt.cost.as_ref().unwrap();
        assert_eq!((cost.source, cost.list.as_deref()), (CostSource::List, Some("pelicycle.toml")));
        match attempt.contestant.slug.as_str() {
            "plain" => {
                assert_eq!(attempt.contestant.released, Some("2026-04-16".parse().unwrap()));
                assert_eq!(
                    (attempt.request.sampling.max_tokens, attempt.contestant.label.as_str()),
                    (Some(50), "plain")
                );
                assert!((cost.usd - 0.019).abs() < 1e-12, "9 tokens in and 5 out: {}", cost.usd);
            }
            "dear" => {
                assert_eq!(
                    (attempt.request.sampling.max_tokens, attempt.contestant.label.as_str()),
                    (Some(10), "Dear")
                );
                assert!((cost.usd - 1.9).abs() < 1e-9, "{}", cost.usd);
            }
            other => panic!("{other}"),
        }
    }
    assert!(said.stdout.contains("$3.80") && said.stdout.contains("$0.038"), "{}", said.stdout);
    assert!(server.seen().iter().all(|seen| seen.headers["authorization"] == "Bearer sk-planted-in-a-file"));
}

#[test]
fn a_dry_run_tells_the_matrix_and_its_cost_and_asks_nothing() {
    let server = ScriptedServer::new(vec![chat(SVG)]);
    let place = place(&lineup(&server));
    let said = run(&place, 0, &["-m", "lineup:both", "-m", "hatchling", "-n", "3", "--dry-run"]);
    let row = |label: &str| said.stdout.lines().find(|line| line.starts_with(label)).unwrap().to_owned();
    // 50 tokens out at 2,000 dollars a million, three times, and the prompt's at 1,000.
    let (plain, dear) = (row("plain"), row("Dear"));
    assert!(plain.contains("150") && plain.contains("$0.35"), "{plain}");
    assert!(dear.contains("prices: pelicycle.toml") && dear.contains("length guessed"), "{dear}");
    assert!(row("hatchling").contains("$0.00"), "{}", said.stdout);
    assert!(said.stdout.ends_with("nothing was asked\n") && said.stdout.contains("9 requests, about $"));
    assert!(server.seen().is_empty() && place.attempts().is_empty());
    assert!(place.store().runs().unwrap().is_empty());
    let unknown = run(&place, 0, &["-m", "far/other", "--dry-run"]);
    assert!(
        unknown.stdout.contains("unknown") && unknown.stdout.contains("no price is known"),
        "{}",
        unknown.stdout
    );
}

#[test]
fn requests_end_before_the_cost_could_pass_its_bound_and_a_resumed_run_goes_on() {
    let server = ScriptedServer::new(vec![chat(SVG)]);
    let place = place(&lineup(&server));
    // A request can cost 1.15 dollars at most: the prompt's bytes, what a template may add, and 50 tokens; it does 0.019.
    // So one is asked after the other, and some six of them leave too little for the next.
    let said = run(&place, 1, &["-m", "plain", "-n", "40", "--max-cost", "1.3", "--no-gallery", "--json"]);
    let (made, seen) = (place.attempts().len(), server.seen().len());
    assert!((2..40).contains(&made) && made == seen, "{made} attempts, {seen} requests");
    let spent: f64 = place.attempts().iter().map(|stored| stored.attempt.cost.as_ref().unwrap().usd).sum();
    assert!(spent <= 1.3, "{spent}");
    let told = said.events().pop().unwrap()["over_budget"].as_f64().unwrap();
    assert!((told - spent).abs() < 1e-9, "{told}");
    assert!(said.stderr.contains("--max-cost") && said.stderr.contains("run --resume"), "{}", said.stderr);
    run(&place, 0, &["--resume", "last", "--no-gallery"]);
    assert_eq!(place.attempts().len(), 40);
    let refused = run(&place, 2, &["-m", "far/other", "--max-cost", "1"]);
    assert!(refused.stderr.contains("no price of far/other is known"), "{}", refused.stderr);
    assert!(refused.stderr.contains("[prices.\"far/other\"]"), "{}", refused.stderr);
}

#[test]
fn shards_ask_every_sample_once_between_them_and_merge_by_copying() {
    let server = ScriptedServer::new(vec![chat(SVG)]);
    let (whole, merged) = (place(&lineup(&server)), place(&lineup(&server)));
    let asked =
        ["-m", "lineup:both", "-n", "5", "-p", "pelican", "-p", "pelican-2", "--seed", "7", "--no-gallery"];
    run(&whole, 0, &asked);
    for shard in ["1/3", "2/3", "3/3"] {
        let part = place(&lineup(&server));
        run(&part, 0, &[&asked[..], &["--shard", shard]].concat());
        assert!((6..=7).contains(&part.attempts().len()), "{shard}");
        copy(&part.results(), &merged.results());
        run(&part, 0, &["--resume", "last", "--no-gallery"]);
        assert!((6..=7).contains(&part.attempts().len()), "a resumed shard is that shard");
    }
    let samples = |place: &WorkFolder| {
        let attempts = place.attempts();
        let mut all: Vec<_> = attempts
            .iter()
            .map(|s| {
                (
                    s.attempt.prompt.id.clone(),
                    s.attempt.contestant.slug.clone(),
                    s.attempt.sample,
                    s.attempt.request.seed,
                )
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(samples(&merged), samples(&whole));
    let wrong = run(&whole, 2, &["--shard", "4/3"]);
    assert!(wrong.stderr.contains("such as 2/8"), "{}", wrong.stderr);
}

#[test]
fn replies_in_a_folder_and_on_standard_input_take_part_and_are_marked() {
    let place = place("");
    let folder = place.path().join("chat-page");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("1.md"), format!("Here it is:\n```svg\n{SVG}\n```\n")).unwrap();
    std::fs::write(folder.join("2.svg"), SVG).unwrap();
    // Nobody charges for them, so no bound keeps them out.
    run(&place, 0, &["-m", "folder/chat-page", "--max-cost", "0"]);
    let mut command = place.command(None, &["-m", "stdin/some-chat"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(SVG.as_bytes()).unwrap();
    ProgramOutput::new(0, &child.wait_with_output().unwrap());
    let attempts = place.attempts();
    assert_eq!(attempts.len(), 3, "every file is a sample, whatever -n says");
    for stored in &attempts {
        let attempt = &stored.attempt;
        assert_eq!(attempt.origin, ReplyOrigin::Given);
        assert_eq!(attempt.check.as_ref().unwrap().verdict, Verdict::Drawn);
        assert_eq!((attempt.timing.total, attempt.timing.first_token), (None, None), "nobody waited");
        assert_eq!((attempt.cost.as_ref(), attempt.request.run_seed), (None, None));
    }
    let who: Vec<_> = attempts
        .iter()
        .map(|s| (s.attempt.contestant.provider.as_str(), s.attempt.contestant.label.as_str()))
        .collect();
    assert_eq!(who, [("folder", "chat-page"), ("folder", "chat-page"), ("stdin", "some-chat")]);
    let page = std::fs::read_to_string(
        place.path().join("gallery/attempts").join(attempts[0].attempt.id.as_str()).join("index.html"),
    );
    assert!(page.unwrap().contains("not asked"), "the page says how the reply was had");
    let wrong = run(&place, 2, &["-m", "folder/gone"]);
    assert!(wrong.stderr.contains("no folder of replies at gone"), "{}", wrong.stderr);
}
