//! `vote`: what the browser gets, what is kept of a vote, and who may give one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pelicycle_record::{Id, JudgeKind, JudgementRecord, Preference, Verdict};
use pelicycle_store::{AttemptFiles, Store};
use pelicycle_testkit::attempts::{attempt, check};
use pelicycle_testkit::program::{ServingProgram, program, status};
use pelicycle_testkit::tempdir;

const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>"#;

/// Results in which a drawing is known by the grey of its picture.
struct Hall {
    folder: tempfile::TempDir,
    store: Store,
    /// The name of who drew it, and under which identifier.
    drawings: BTreeMap<u8, (String, Id)>,
}

fn picture(grey: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4, 4);
    encoder.set_color(png::ColorType::Grayscale);
    // What an importing tool may have put into a file.
    encoder.add_text_chunk("Author".to_owned(), "Secret Author".to_owned()).unwrap();
    encoder.write_header().unwrap().write_image_data(&[grey; 16]).unwrap();
    bytes
}

impl Hall {
    fn new() -> Self {
        let folder = tempdir();
        let store = Store::open(folder.path().join("results")).unwrap();
        Self { folder, store, drawings: BTreeMap::new() }
    }

    /// Two contestants with so many drawings each of the pelican.
    fn of_two(each: u8) -> Self {
        let mut hall = Self::new();
        (0..each).for_each(|_| hall.hang("pelican", "crane"));
        (0..each).for_each(|_| hall.hang("pelican", "stork"));
        hall
    }

    fn hang(&mut self, prompt: &str, slug: &str) {
        self.hang_as(prompt, slug, |_| {});
    }

    fn hang_as(&mut self, prompt: &str, slug: &str, change: impl FnOnce(&mut pelicycle_record::Attempt)) {
        let grey = u8::try_from(self.drawings.len()).unwrap();
        let reply = format!("```svg\n{SVG}\n```\n");
        let found = check(&reply, SVG, Verdict::Drawn);
        let mut drawn = attempt(prompt, slug, "2026-11-22T02:53:36Z", Some((&reply, found)));
        drawn.contestant.label = format!("The {slug} label");
        drawn.contestant.provider = "hush-hush".to_owned();
        drawn.contestant.model = format!("{slug}-model");
        change(&mut drawn);
        let png = picture(grey);
        let files = AttemptFiles {
            reply: Some(reply.as_bytes()),
            svg: Some(SVG.as_bytes()),
            png: Some(&png),
            ..AttemptFiles::default()
        };
        self.store.write(&drawn, &files).unwrap();
        self.drawings.insert(grey, (slug.to_owned(), drawn.id));
    }

    fn booth(&self, arguments: &[&str]) -> ServingProgram {
        booth(self.store.root(), arguments)
    }

    fn kept(&self) -> Vec<JudgementRecord> {
        let judgements = self.store.judgements().unwrap();
        assert!(judgements.damaged.is_empty());
        judgements.records
    }

    fn who(&self, grey: u8) -> &str {
        &self.drawings[&grey].0
    }
}

pub(crate) fn booth(results: &Path, arguments: &[&str]) -> ServingProgram {
    let mut command = program();
    command.args(["vote", "--address", "0", "--results"]).arg(results).args(arguments);
    if !arguments.contains(&"--name") {
        command.args(["--name", "Ada"]);
    }
    ServingProgram::begin(command)
}

/// The page as a person with a browser has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VotePage {
    pub(crate) html: String,
    /// Tokens of the two forms.
    pub(crate) token: Option<String>,
    undo: Option<String>,
    pub(crate) pictures: Vec<String>,
}

impl VotePage {
    fn read(html: Vec<u8>) -> Self {
        let html = String::from_utf8(html).unwrap();
        let token = |action: &str| {
            let form = html.split_once(&format!("action=\"{action}\""))?.1;
            Some(form.split_once("name=\"token\" value=\"")?.1.split('"').next()?.to_owned())
        };
        let pictures =
            html.match_indices("src=\"").map(|(at, _)| html[at + 5..].split('"').next().unwrap().to_owned());
        let (token, undo, pictures) = (token("/vote"), token("/undo"), pictures.collect());
        Self { token, undo, pictures, html }
    }

    pub(crate) fn of(server: &ServingProgram) -> Self {
        let (head, body) = server.get("/");
        assert_eq!(status(&head), "200", "{}", String::from_utf8_lossy(&body));
        Self::read(body)
    }

    /// The greys of the two drawings, left and right.
    fn pair(&self, server: &ServingProgram) -> (u8, u8) {
        let greys: Vec<u8> = self
            .pictures
            .iter()
            .map(|path| {
                let (head, body) = server.get(path);
                assert!(head.contains("image/png"), "{head}");
                let mut reader = png::Decoder::new(std::io::Cursor::new(body)).read_info().unwrap();
                let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
                reader.next_frame(&mut pixels).unwrap();
                pixels[0]
            })
            .collect();
        assert_eq!(greys.len(), 2, "{}", self.html);
        (greys[0], greys[1])
    }
}

/// Sends a form as a browser does.
fn send(server: &ServingProgram, path: &str, form: &str) -> (String, Vec<u8>) {
    let lines = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", server.own);
    server.post(path, form, &lines)
}

pub(crate) fn vote(server: &ServingProgram, page: &VotePage, choice: &str) {
    let form = format!("token={}&choice={choice}", page.token.as_ref().unwrap());
    let (head, body) = send(server, "/vote", &form);
    assert_eq!(status(&head), "303", "{}", String::from_utf8_lossy(&body));
    assert!(head.contains("location: /"), "{head}");
}

/// Waits for what comes in a while.
fn await_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn nothing_that_the_browser_gets_names_a_contestant() {
    let mut hall = Hall::of_two(3);
    hall.hang("cat-skateboard", "heron");
    let server = hall.booth(&[]);
    let mut seen = Vec::new();
    for choice in ["left", "tie", "right", "both-bad"] {
        let (head, body) = server.get("/");
        let page = VotePage::read(body.clone());
        seen.extend([head.into_bytes(), body]);
        for path in &page.pictures {
            let (head, body) = server.get(path);
            seen.extend([head.into_bytes(), body]);
        }
        for answer in [
            send(&server, "/vote", &format!("token={}&choice={choice}", page.token.clone().unwrap())),
            send(&server, "/vote", "token=0&choice=left"),
            server.get(&page.pictures[0]),
        ] {
            seen.extend([answer.0.into_bytes(), answer.1]);
        }
    }
    let run = attempt("pelican", "x", "2026-11-22T02:53:36Z", None).run;
    let mut names = vec!["Secret Author".to_owned(), "hush-hush".to_owned(), run.to_string()];
    for (slug, id) in hall.drawings.values() {
        names.extend([slug.clone(), id.to_string(), format!("The {slug} label"), format!("{slug}-model")]);
    }
    for name in &names {
        let told = seen.iter().find(|bytes| bytes.windows(name.len()).any(|text| text == name.as_bytes()));
        assert!(told.is_none(), "{name} in {}", String::from_utf8_lossy(told.unwrap()));
    }
    let prompt = "pelican riding a bicycle";
    assert!(seen.iter().any(|bytes| String::from_utf8_lossy(bytes).contains(prompt)), "the oracle works");
}

#[test]
fn each_button_keeps_what_it_says_of_the_pair_on_show() {
    let mut hall = Hall::of_two(2);
    let server = hall.booth(&[]);
    let mut shown = Vec::new();
    let choices = [
        ("left", Preference::Left),
        ("right", Preference::Right),
        ("tie", Preference::Tie),
        ("both-bad", Preference::BothBad),
    ];
    for (choice, _) in choices {
        let page = VotePage::of(&server);
        let pair = page.pair(&server);
        assert_eq!(VotePage::of(&server), page, "a page loaded anew is the same");
        std::thread::sleep(Duration::from_millis(30));
        vote(&server, &page, choice);
        shown.push(pair);
        let kept = hall.kept();
        assert_eq!(kept.len(), shown.len(), "it is kept when the answer is there");
    }
    let end = VotePage::of(&server);
    assert!(end.html.contains("You have seen every pair") && end.token.is_none());
    let asked = pelicycle_prompt::PromptLibrary::bundled().get("pelican").unwrap().record();
    for ((record, (left, right)), (_, preference)) in hall.kept().iter().zip(shown).zip(choices) {
        assert_eq!((record.judge.kind, record.judge.name.as_str()), (JudgeKind::Person, "Ada"));
        assert_eq!((&record.prompt.id, &record.prompt.hash), (&asked.id, &asked.hash));
        assert_eq!((&record.left, &record.right), (&hall.drawings[&left].1, &hall.drawings[&right].1));
        assert_eq!(record.preference, Some(preference));
        assert!(record.seconds.is_some_and(|seconds| (0.03..20.0).contains(&seconds)), "{record:?}");
        assert!(record.asked.is_none());
        assert_eq!(record.tool.name, "pelicycle");
    }
    // What a vote leaves is nothing but its folder.
    hall.hang("pelican", "heron");
    assert!(hall.store.list().unwrap().damaged.is_empty());
}

#[test]
fn a_vote_counts_once() {
    let hall = Hall::of_two(3);
    let server = hall.booth(&[]);
    let first = VotePage::of(&server);
    vote(&server, &first, "left");
    vote(&server, &first, "left");
    assert_eq!(hall.kept().len(), 1, "a button that was pressed twice");
    let second = VotePage::of(&server);
    assert_ne!(second.token, first.token);
    for token in [first.token.as_deref().unwrap(), "0123456789abcdef0123456789abcdef", ""] {
        let (head, body) = send(&server, "/vote", &format!("token={token}&choice=right"));
        assert_eq!(status(&head), "409");
        let page = VotePage::read(body);
        assert!(page.html.contains("role=\"alert\">That vote was not counted"), "{}", page.html);
        assert_eq!(page.token, second.token, "the pair on show stays");
    }
    let token = second.token.as_ref().unwrap();
    for form in [
        String::new(),
        format!("token={token}"),
        format!("token={token}&choice=neither"),
        format!("token={token}&choice=left&choice=right"),
        "choice=left".to_owned(),
        "%ff%fe=&&==".to_owned(),
    ] {
        assert_eq!(status(&send(&server, "/vote", &form).0), "400", "{form}");
    }
    let long = format!("token={token}&choice=left&x={}", "x".repeat(5000));
    assert_eq!(status(&send(&server, "/vote", &long).0), "413");
    assert_eq!(status(&server.get(&first.pictures[0]).0), "404", "a picture goes with its pair");
    assert_eq!(hall.kept().len(), 1);
}

#[test]
fn other_sites_and_other_hosts_change_nothing() {
    let hall = Hall::of_two(2);
    let server = hall.booth(&[]);
    let (head, _) = server.get("/");
    for line in [
        "content-type: text/html; charset=utf-8",
        "cache-control: no-store",
        "referrer-policy: same-origin",
        "x-content-type-options: nosniff",
        "content-security-policy: frame-ancestors 'none'",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(head.to_lowercase().contains(line), "{line} in {head}");
    }
    let page = VotePage::of(&server);
    assert!(page.html.contains("default-src 'none'; style-src 'sha256-"));
    assert!(page.html.contains("img-src 'self'; script-src 'sha256-"));
    assert!(page.html.contains("form-action 'self'; base-uri 'none'"));
    let form = format!("token={}&choice=left", page.token.as_ref().unwrap());
    let own = &server.own;
    for lines in [
        String::new(),
        "Origin: null\r\n".to_owned(),
        "Origin: http://example.org\r\n".to_owned(),
        format!("Origin: https://{own}\r\n"),
        "Sec-Fetch-Site: cross-site\r\n".to_owned(),
        format!("Origin: http://{own}\r\nSec-Fetch-Site: same-site\r\n"),
        format!("Origin: http://{own}\r\nOrigin: http://example.org\r\n"),
    ] {
        for path in ["/vote", "/undo", "/", "/elsewhere"] {
            assert_eq!(status(&server.post(path, &form, &lines).0), "403", "{lines}");
        }
    }
    let length = form.len();
    let rebound = format!(
        "POST /vote HTTP/1.1\r\nHost: example.org\r\nOrigin: http://example.org\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{form}"
    );
    assert_eq!(status(&server.ask(&rebound).0), "421");
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n");
        let (head, _) = server.ask(&request);
        assert!(status(&head) == "405" && head.contains("allow: GET, HEAD, POST"), "{head}");
    }
    for path in ["/vote", "/undo"] {
        assert_eq!(status(&server.get(path).0), "405");
    }
    for path in ["/style.css", "/drawings/", "/drawings/../../etc/passwd", "/drawings/0"] {
        assert_eq!(status(&server.get(path).0), "404", "{path}");
    }
    assert!(hall.kept().is_empty());
    vote(&server, &page, "left");
    assert_eq!(hall.kept().len(), 1);
}

#[test]
fn the_last_vote_is_taken_back_and_its_pair_shown_again() {
    let hall = Hall::of_two(3);
    let server = hall.booth(&[]);
    let first = VotePage::of(&server);
    assert!(first.undo.is_none());
    let pair = first.pair(&server);
    vote(&server, &first, "left");
    let second = VotePage::of(&server);
    let undo = format!("token={}", second.undo.as_ref().unwrap());
    assert_eq!(status(&send(&server, "/undo", &undo).0), "303");
    assert!(hall.kept().is_empty());
    let again = VotePage::of(&server);
    assert_eq!(again.pair(&server), pair);
    assert_ne!(again.token, first.token);
    assert_eq!(status(&send(&server, "/undo", &undo).0), "303", "a button that was pressed twice");
    for page in [&first, &second] {
        let form = format!("token={}&choice=left", page.token.as_ref().unwrap());
        assert_eq!(status(&send(&server, "/vote", &form).0), "409", "older pages count no more");
    }
    vote(&server, &again, "right");
    assert_eq!(hall.kept()[0].preference, Some(Preference::Right));
    vote(&server, &VotePage::of(&server), "tie");
    let stale = format!("token={}", "0".repeat(32));
    let (head, body) = send(&server, "/undo", &stale);
    assert_eq!(status(&head), "409");
    assert!(String::from_utf8(body).unwrap().contains("Nothing was taken back"));
    assert_eq!(hall.kept().len(), 2);
    for left in [1, 0] {
        let undo = format!("token={}", VotePage::of(&server).undo.unwrap());
        assert_eq!(status(&send(&server, "/undo", &undo).0), "303");
        assert_eq!(hall.kept().len(), left, "votes are taken back one after the other");
    }
    assert_eq!(VotePage::of(&server).pair(&server), pair);
    let staging = fs::read_dir(hall.store.root().join(".incoming")).unwrap();
    assert_eq!(staging.count(), 1, "nothing is left but the folder's .gitignore");
}

#[test]
fn every_pair_is_shown_once_in_either_order_and_some_again_the_other_way_round() {
    let hall = Hall::of_two(12);
    let server = hall.booth(&[]);
    let (mut shown, mut first_left) = (Vec::<(u8, u8)>::new(), 0);
    loop {
        let page = VotePage::of(&server);
        if page.token.is_none() {
            break;
        }
        let (left, right) = page.pair(&server);
        assert_ne!(hall.who(left), hall.who(right));
        match shown.iter().rposition(|(a, b)| (*a, *b) == (left, right) || (*b, *a) == (left, right)) {
            Some(before) => {
                assert_eq!(shown[before], (right, left), "the sides are changed");
                assert!(shown.len() - before > 10, "{before} {}", shown.len());
                assert!(!shown[..before].contains(&(left, right)), "never a third time");
            }
            None => first_left += usize::from(hall.who(left) == "crane"),
        }
        shown.push((left, right));
        assert!(shown.len() <= 2 * 144);
        vote(&server, &page, if left % 3 == 0 { "right" } else { "left" });
    }
    let pairs: BTreeSet<(u8, u8)> = shown.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
    assert_eq!(pairs.len(), 144, "all of them");
    // By chance less often than once in a million.
    assert!((43..=101).contains(&first_left), "{first_left} of 144 had the same contestant on the left");
    let again = shown.len() - pairs.len();
    // Of some 134 chances at one in 12 each: none comes once in 100,000 times.
    assert!((1..40).contains(&again), "{again}");
    assert_eq!(hall.kept().len(), shown.len());
}

#[test]
fn votes_of_several_people_are_merged_by_copying() {
    let hall = Hall::of_two(3);
    let other = hall.folder.path().join("other");
    let copied = Command::new("cp").arg("-r").args([hall.store.root(), &other]).status().unwrap();
    assert!(copied.success());
    let all = |server: &ServingProgram| {
        let mut votes = 0;
        while let page = VotePage::of(server)
            && page.token.is_some()
        {
            vote(server, &page, "left");
            votes += 1;
        }
        votes
    };
    let own = hall.booth(&[]);
    for _ in 0..4 {
        vote(&own, &VotePage::of(&own), "tie");
    }
    let theirs = {
        let server = booth(&other, &["--name", "Grace"]);
        all(&server)
    };
    let judgements = |root: &Path| root.join("judgements");
    let copied =
        Command::new("cp").arg("-r").arg(judgements(&other)).arg(hall.store.root()).status().unwrap();
    assert!(copied.success());
    // Hers don't count as his: his are counted on, and each pair that he has not seen is shown.
    let (rest, kept) = (all(&own), hall.kept());
    let by = |name: &str| kept.iter().filter(|record| record.judge.name == name).count();
    assert_eq!((by("Ada"), by("Grace")), (4 + rest, theirs));
    let seen = |name: &str| -> BTreeSet<[&Id; 2]> {
        let own = kept.iter().filter(|record| record.judge.name == name);
        own.map(|r| if r.left < r.right { [&r.left, &r.right] } else { [&r.right, &r.left] }).collect()
    };
    assert_eq!((seen("Ada").len(), seen("Grace").len()), (9, 9));
    drop(own);
    // Another session of the same person goes on where the last ended, and can take nothing of it back.
    let page = VotePage::of(&hall.booth(&[]));
    assert!(page.token.is_none() && page.undo.is_none());
    assert!(page.html.contains(&format!("{} votes by you", 4 + rest)), "{}", page.html);
}

#[test]
fn with_nothing_to_judge_the_page_says_why_and_shows_what_comes() {
    let mut hall = Hall::new();
    let empty = VotePage::of(&hall.booth(&[]));
    assert!(empty.html.contains("Nothing to judge yet") && empty.pictures.is_empty());
    hall.hang("pelican", "crane");
    hall.hang("cat-skateboard", "stork");
    hall.hang_as("pelican", "hatchling", |drawn| drawn.contestant.demonstration = true);
    let server = hall.booth(&[]);
    let page = VotePage::of(&server);
    assert!(
        page.html.contains("Nothing to judge yet") && page.html.contains("pelicycle vote --demonstrations")
    );
    assert!(page.token.is_none());
    assert!(VotePage::of(&hall.booth(&["--demonstrations"])).token.is_some());

    hall.hang("pelican", "stork");
    let page =
        await_some("a new drawing is shown", || Some(VotePage::of(&server)).filter(|p| p.token.is_some()));
    let pair = page.pair(&server);
    assert_eq!(BTreeSet::from([pair.0, pair.1]), BTreeSet::from([0, 3]));

    // The pair on show outlives its drawing on the screen, but no vote on it is kept.
    fs::remove_dir_all(hall.store.root().join("pelican/stork")).unwrap();
    assert_eq!(page.pair(&server), pair);
    let form = format!("token={}&choice=left", page.token.unwrap());
    let (head, body) = send(&server, "/vote", &form);
    assert_eq!(status(&head), "409");
    assert!(String::from_utf8(body).unwrap().contains("no longer among the results"));
    assert!(hall.kept().is_empty());
}

#[test]
fn only_what_was_asked_for_is_shown_and_a_broken_picture_is_passed_over() {
    let mut hall = Hall::of_two(1);
    for slug in ["crane", "stork", "heron"] {
        hall.hang("cat-skateboard", slug);
        hall.hang("pelican", slug);
    }
    let broken = &hall.drawings[&0].1;
    fs::write(hall.store.root().join("pelican/crane").join(broken.as_str()).join("drawing.png"), "no")
        .unwrap();
    let greys = |server: &ServingProgram| {
        let mut shown = BTreeSet::new();
        while let page = VotePage::of(server)
            && page.token.is_some()
        {
            let (left, right) = page.pair(server);
            shown.extend([left, right]);
            vote(server, &page, "tie");
        }
        shown
    };
    let cats = hall.booth(&["-p", "cat-skateboard"]);
    assert_eq!(greys(&cats), BTreeSet::from([2, 4, 6]));
    let two = hall.booth(&[
        "--name",
        "Bo",
        "--contestant",
        "The crane label",
        "--contestant",
        "hush-hush/stork-model",
    ]);
    assert_eq!(greys(&two), BTreeSet::from([1, 2, 3, 4, 5]), "drawing 0 is broken, 6 and 7 are the heron's");
    let said = two.said.lock().unwrap().clone();
    assert_eq!(said.matches("drawing.png: the picture is not a whole PNG").count(), 1, "{said}");
}

#[test]
fn a_vote_that_can_not_be_kept_is_told_and_can_be_given_again() {
    let hall = Hall::of_two(2);
    let server = hall.booth(&[]);
    let page = VotePage::of(&server);
    let place = hall.store.root().join("judgements");
    fs::remove_dir(&place).unwrap();
    fs::write(&place, "in the way").unwrap();
    let form = format!("token={}&choice=right", page.token.as_ref().unwrap());
    let (head, body) = send(&server, "/vote", &form);
    assert_eq!(status(&head), "500");
    let told = VotePage::read(body);
    assert!(told.html.contains("could not be kept: cannot write"), "{}", told.html);
    assert_eq!((&told.token, &told.pictures), (&page.token, &page.pictures), "the pair stays on show");
    fs::remove_file(&place).unwrap();
    vote(&server, &told, "right");
    assert_eq!(hall.kept().len(), 1);
}

#[test]
fn nobody_is_shown_a_pair_where_no_vote_can_be_kept() {
    let hall = Hall::of_two(2);
    let place = hall.store.root().join("judgements");
    fs::write(&place, "in the way").unwrap();
    let mut command = program();
    let output =
        command.args(["vote", "--address", "0", "--name", "Ada", "--results"]).arg(hall.store.root());
    let output = output.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{said}");
    assert!(
        said.contains("judgements") && said.contains("it is a file, and no folder; move it away"),
        "{said}"
    );
    // A gallery is shown all the same; who comes to vote in it is told.
    let mut command = program();
    command.args(["gallery", "--serve", "0", "--voter", "Ada", "--results"]).arg(hall.store.root());
    command.arg("--out").arg(hall.folder.path().join("gallery"));
    let server = ServingProgram::begin(command);
    assert_eq!(status(&server.get("/").0), "200");
    let (head, body) = server.get("/vote/all/");
    let words = String::from_utf8_lossy(&body).into_owned();
    assert!(status(&head) == "500" && words.contains("it is a file, and no folder"), "{head} {words}");
    fs::remove_file(&place).unwrap();
    assert_eq!(status(&server.get("/vote/all/").0), "200", "it is tried anew");
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let hall = Hall::of_two(1);
    for (arguments, words) in [
        (&["--address", "0.0.0.0:0"][..], "can be reached from outside"),
        (&["--name", " "], "nobody can vote as \" \": it is empty"),
        (&["--name", "a\u{202e}b"], "characters that can't be seen"),
        (&["-p", "pelikan"], "no attempt answers pelikan"),
        (&["--contestant", "krane"], "did you mean \"crane\"?"),
    ] {
        let mut command = program();
        let command = command.env("USER", "ada").args(["vote", "--results"]).arg(hall.store.root());
        let output = command.args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
    let mut command = program();
    for name in ["USER", "LOGNAME", "USERNAME"] {
        command.env_remove(name);
    }
    // Whoever has no name can vote as well: it is the next mistake that is told.
    let output =
        command.args(["vote", "-p", "pelikan", "--results"]).arg(hall.store.root()).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("no attempt answers pelikan"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_and_says_what_was_kept() {
    let hall = Hall::of_two(2);
    let mut server = hall.booth(&[]);
    vote(&server, &VotePage::of(&server), "left");
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.process.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(server.process.wait().unwrap().success());
    let words = format!("1 vote kept in {}", hall.store.root().join("judgements").display());
    await_some("the end is told", || server.said.lock().unwrap().contains(&words).then_some(()));
    assert!(server.said.lock().unwrap().contains("Next: pelicycle rank"));
}
