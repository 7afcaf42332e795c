//! Looks: what a model is shown, what follows from what it answers, and what a run that was broken off has left.

use std::sync::Mutex;

use pelicycle_drawing::{InspectionOptions, inspect, tool};
use pelicycle_record::{Attempt, Id, Outcome, Verdict};
use pelicycle_run::{RunProgress, RunRequest, has_damaged_picture};
use pelicycle_testkit::loopback::{ScriptedServer, answer, chat};

use crate::easel::Easel;
use crate::eye::{HeardMessage, PROTOCOLS, conversation, middle, say, seeing};

const GUIDE: &str = include_str!("../../../../docs/running.md");

const RED: &str = "Here it is:\n\n<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9' fill='#f00'/></svg>";
const BLUE: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9' fill='#00f'/></svg>";
const EMPTY: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'></svg>";
/// Without an end: a repair makes a picture of it.
const MALFORMED: &str =
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9' fill=red/></svg>";

/// Draws red, turns what it sees as red into blue, and is content with that.
fn painter(messages: &[HeardMessage]) -> String {
    let shown = messages.last().unwrap().pictures.first().map(|png| middle(png));
    let reply = match shown {
        None => RED,
        Some([255, 0, 0]) => BLUE,
        Some([0, 0, 255]) => "**DONE**",
        Some(other) => panic!("nobody drew {other:?}"),
    };
    reply.to_owned()
}

fn numbers(attempts: &[Attempt]) -> Vec<u32> {
    attempts.iter().map(Attempt::look_number).collect()
}

#[test]
fn a_model_is_shown_what_it_drew_until_it_is_done_through_each_protocol() {
    for protocol in PROTOCOLS {
        let server = seeing(protocol, painter);
        let easel = Easel::with_service(protocol, &server, "");
        let finished: &'static Mutex<Vec<(u32, u32)>> = Box::leak(Box::default());
        easel.run(&easel.request("mine/eye", Some(5)), |news, _| {
            if let RunProgress::Finished(one) = news {
                finished.lock().unwrap().push((one.cell.look, one.looks_left));
            }
        });
        assert_eq!(*finished.lock().unwrap(), [(0, 5), (1, 4), (2, 0)], "{protocol}");
        let stored = easel.stored();
        let [first, blue, done] = &stored[..] else { panic!("{protocol}: {}", stored.len()) };
        assert_eq!(first.attempt.look, None);
        for (look, parent, number) in [(blue, first, 1), (done, blue, 2)] {
            let record = look.attempt.look.as_ref().unwrap();
            assert_eq!((&record.parent, &record.first), (&parent.attempt.id, &first.attempt.id));
            assert_eq!((record.number, record.bound, record.done), (number, 5, number == 2));
            let kept = std::fs::read(parent.files.png.as_ref().unwrap()).unwrap();
            assert_eq!(record.picture, blake3::hash(&kept).to_hex().to_string(), "{protocol}");

            // What was sent is what was kept, and nothing of the model's own but its answer.
            let sent = server.seen().remove(number as usize).body;
            let heard = conversation(&sent);
            let roles: Vec<&str> = heard.iter().map(|message| message.role.as_str()).collect();
            let model = if protocol == "gemini" { "model" } else { "assistant" };
            assert_eq!(roles, ["user", model, "user"], "{protocol}");
            assert_eq!(heard[0].text, "Draw a dot.");
            assert_eq!(heard[1].text, if number == 1 { RED } else { BLUE });
            let documented: Vec<&str> = GUIDE.split_whitespace().filter(|word| *word != ">").collect();
            let told = documented.join(" ").contains(&heard[2].text);
            assert!(
                told && heard[2].text.starts_with("Here is what your SVG looks like."),
                "{}",
                heard[2].text
            );
            assert_eq!(heard[2].pictures, [kept], "{protocol}");
            let request = std::fs::read(look.files.request.as_ref().unwrap()).unwrap();
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&request).unwrap(), sent);
            assert_eq!(look.attempt.usage.output, Some(5), "{protocol}: its own tokens");
            assert_eq!((look.attempt.sample, &look.attempt.prompt), (1, &first.attempt.prompt));
        }
        assert_eq!(blue.attempt.check.as_ref().unwrap().verdict, Verdict::Drawn);
        assert_eq!(done.attempt.check.as_ref().unwrap().verdict, Verdict::NoSvg);
        assert_eq!(server.seen().len(), 3);
        assert_eq!(easel.store().read_run(&first.attempt.run).unwrap().contestants[0].looks, 5);
    }
}

#[test]
fn what_is_shown_next_is_the_last_picture_of_what_was_written() {
    // Replies in turn, and for each look whose picture it was shown.
    for (bound, replies, parents) in [
        (2, &["I can't draw."][..], &[][..]),
        (2, &[MALFORMED], &[]),
        (1, &[RED, BLUE, "never asked"], &[0]),
        (3, &[RED, "It looks fine to me.", BLUE, BLUE, "never asked"], &[0, 0, 2]),
        (2, &[RED, MALFORMED, BLUE], &[0, 0]),
        (2, &[EMPTY, EMPTY, RED], &[0, 1]),
        (9, &[RED, "Done!", "never asked"], &[0]),
        (9, &[RED, "DONE, here it is again: <svg", "done"], &[0, 0]),
    ] {
        let server = ScriptedServer::new(replies.iter().map(|reply| chat(reply)).collect());
        let easel = Easel::with_service("chat", &server, "");
        easel.run(&easel.request("mine/eye", Some(bound)), |_, _| {});
        let attempts = easel.attempts();
        let place = |id: &Id| attempts.iter().position(|attempt| attempt.id == *id).unwrap();
        let shown: Vec<usize> =
            attempts.iter().filter_map(|attempt| Some(place(&attempt.look.as_ref()?.parent))).collect();
        assert_eq!(shown, parents, "{replies:?}");
        assert_eq!(server.seen().len(), parents.len() + 1, "{replies:?}");
        if replies[0] == MALFORMED {
            assert!(
                attempts[0].check.as_ref().unwrap().repaired,
                "a repair's picture is not what was written"
            );
        }
        // Nothing is left.
        let prepared =
            easel.prepare(&RunRequest { resume: Some("last".to_owned()), ..easel.request("", None) });
        let plan = prepared.unwrap().plan;
        assert_eq!((plan.cells.len(), plan.looks.len()), (0, 0), "{replies:?}");
    }
}

#[test]
fn a_run_that_was_broken_off_goes_on_with_the_looks_that_are_left_and_asks_nothing_twice() {
    // Broken off when the attempt of this look is over, or when it is sent.
    for (look, when_sent, kept, asked) in
        [(0, false, &[0][..], 3), (1, false, &[0, 1], 3), (1, true, &[0, 1], 4), (2, true, &[0, 1, 2], 4)]
    {
        let server = seeing("chat", painter);
        let easel = Easel::with_service("chat", &server, "");
        easel.run(&easel.request("mine/eye", Some(4)), move |news, stop| match news {
            RunProgress::Finished(one) if !when_sent && one.cell.look == look => stop.ask(),
            RunProgress::Asked(cell) if when_sent && cell.look == look => stop.ask(),
            _ => {}
        });
        let before = easel.attempts();
        assert_eq!(numbers(&before), kept, "{look} {when_sent}");
        let cancelled = before.last().unwrap().outcome == Outcome::Cancelled;
        assert_eq!(cancelled, when_sent);
        easel.resume();
        let all = easel.attempts();
        assert!(all.starts_with(&before));
        let ended: Vec<Attempt> =
            all.into_iter().filter(|attempt| attempt.outcome == Outcome::Complete).collect();
        assert_eq!(numbers(&ended), [0, 1, 2], "{look} {when_sent}");
        assert!(ended[2].look.as_ref().unwrap().done);
        assert!(server.seen().len() <= asked, "{}", server.seen().len());
        easel.resume();
        assert!(server.seen().len() <= asked, "it is all there");
    }
}

#[test]
fn a_service_that_takes_no_pictures_fails_the_look_in_its_own_words_and_the_drawing_stays() {
    let blind = r#"{"error": {"message": "this model does not support image input"}}"#;
    let server = ScriptedServer::answering(move |_, seen| match conversation(&seen.body).len() {
        1 => say("chat", RED),
        _ => answer(400, "application/json", &[], blind),
    });
    let easel = Easel::with_service("chat", &server, "");
    easel.run(&easel.request("mine/eye", Some(3)), |_, _| {});
    let attempts = easel.attempts();
    assert_eq!(numbers(&attempts), [0, 1]);
    assert_eq!(attempts[0].check.as_ref().unwrap().verdict, Verdict::Drawn);
    assert_eq!(attempts[1].outcome, Outcome::Error);
    let words = attempts[1].error.as_ref().unwrap();
    assert!(words.contains("does not support image input"), "{words}");
    easel.resume();
    assert_eq!(numbers(&easel.attempts()), [0, 1, 1], "what failed is asked again, as first attempts are");
}

#[test]
fn who_cannot_see_is_refused_alone_and_goes_without_looks_in_company() {
    let server = seeing("chat", painter);
    let blind = "[providers.mine.pictures]\n\"blind*\" = false\n[run]\nlooks = 1\n";
    let easel = Easel::with_service("chat", &server, &format!("key_env = []\nbatch = \"openai\"\n{blind}"));
    std::fs::create_dir(easel.path().join("given")).unwrap();
    std::fs::write(easel.path().join("given/a.svg"), RED).unwrap();
    let given = format!("folder/{}", easel.path().join("given").display());
    let refused = |request: RunRequest| {
        let words = easel.prepare(&request).err().unwrap().to_string();
        assert!(easel.noticed.lock().unwrap().is_empty());
        words
    };
    for (model, why) in [
        ("mine/blind-8b", "takes no pictures, as far as is known"),
        ("hatchling", "reads text alone"),
        (given.as_str(), "lie ready"),
    ] {
        let words = refused(easel.request(model, Some(2)));
        assert!(words.starts_with("--looks shows models what they drew") && words.contains(why), "{words}");
    }
    let words = refused(RunRequest { batch: true, ..easel.request("mine/eye", Some(2)) });
    assert!(words.contains("in a batch nobody waits"), "{words}");

    let mut both = easel.request("mine/eye", Some(2));
    both.models.push("mine/blind-8b".to_owned());
    let looks = |request: &RunRequest| {
        let prepared = easel.prepare(request).unwrap();
        prepared.plan.run.contestants.iter().map(|who| who.looks).collect::<Vec<_>>()
    };
    assert_eq!(looks(&both), [2, 0]);
    assert!(easel.noticed.lock().unwrap()[0].starts_with("blind-8b: it takes no pictures"));
    // What pelicycle.toml says is no wish of this command's.
    assert_eq!(looks(&easel.request("hatchling", None)), [0]);
    assert_eq!(looks(&easel.request("mine/eye", None)), [1]);
    assert_eq!(looks(&easel.request("mine/eye", Some(0))), [0]);
    assert!(server.seen().is_empty(), "nothing was asked");
}

#[test]
fn looks_are_forecast_and_never_pass_the_bound_on_the_cost() {
    let server = seeing("chat", painter);
    let price = "[prices.\"mine/eye\"]\ninput = 1.0\noutput = 1.0\n[run]\nmax_tokens = 1000\n";
    let easel = Easel::with_service("chat", &server, price);
    let request =
        |looks, max_cost| RunRequest { samples: Some(3), max_cost, ..easel.request("mine/eye", looks) };
    let (without, with) = (easel.forecast(&request(None, None)), easel.forecast(&request(Some(2), None)));
    assert_eq!((without.requests, without.looks, with.requests, with.looks), (3, 0, 3, 6));
    // At most 1,000 tokens of the drawing, 4,500 of its picture, 1,000 of a template, and the reply's own 1,000, each time.
    let [about, most] =
        [with.about().unwrap() - without.about().unwrap(), with.most().unwrap() - without.most().unwrap()];
    assert!(
        most > 6.0 * 0.0075 && most < 6.0 * 0.008 && about > 6.0 * 0.003 && about < most,
        "{about} {most}"
    );

    // There is money for two drawings at a time, and not for a look.
    let end = easel.run(&request(Some(2), Some(0.005)), |_, _| {});
    assert_eq!(numbers(&easel.attempts()), [0, 0, 0]);
    assert!(end.over_budget.is_some());
    easel.run(
        &RunRequest { resume: Some("last".to_owned()), max_cost: Some(1.0), ..request(None, None) },
        |_, _| {},
    );
    let mut asked = numbers(&easel.attempts());
    asked.sort_unstable();
    assert_eq!(asked, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
}

#[test]
fn looks_wait_for_a_drawing_that_could_not_be_checked_yet() {
    let server = seeing("chat", painter);
    let mut easel = Easel::with_service("chat", &server, "");
    easel.loses = true;
    easel.run(&easel.request("mine/eye", Some(4)), |_, _| {});
    assert!(easel.attempts()[0].is_unchecked());
    easel.resume();
    assert_eq!(server.seen().len(), 1, "there is nothing to show");

    let resume = RunRequest { resume: Some("last".to_owned()), ..easel.request("", None) };
    let mut prepared = easel.prepare(&resume).unwrap();
    let stored = easel.stored().remove(0);
    let found = inspect(RED.as_bytes(), &InspectionOptions { raster: 64, ..InspectionOptions::default() });
    easel.store().renew_check(&stored, &found, &tool()).unwrap();
    prepared.look_anew(&easel.store()).unwrap();
    assert!(prepared.plan.looks[0].parent.files.png.is_some() && prepared.backends[0].is_some());
    drop(prepared);
    easel.loses = false;
    easel.resume();
    assert_eq!(numbers(&easel.attempts()), [0, 1, 2]);
}

#[test]
fn a_damaged_picture_ends_the_looks_of_its_own_sample_until_it_is_made_anew() {
    let server = seeing("chat", painter);
    let easel = Easel::with_service("chat", &server, "");
    // One sample is there when the run is broken off, the others are not.
    let request = RunRequest { samples: Some(3), ..easel.request("mine/eye", Some(2)) };
    easel.run(&request, |news, stop| {
        if matches!(news, RunProgress::Finished(_)) {
            stop.ask();
        }
    });
    let stored = easel.stored();
    let first = stored.iter().find(|stored| stored.attempt.outcome == Outcome::Complete).unwrap();
    let png = first.files.png.clone().unwrap();
    let whole = std::fs::read(&png).unwrap();
    std::fs::write(&png, "broken").unwrap();
    let unshown: &'static Mutex<Vec<String>> = Box::leak(Box::default());
    let resume = RunRequest { resume: Some("last".to_owned()), ..easel.request("", None) };
    let ended = |easel: &Easel| {
        let mut numbers: Vec<u32> = easel
            .attempts()
            .iter()
            .filter(|one| one.outcome == Outcome::Complete)
            .map(Attempt::look_number)
            .collect();
        numbers.sort_unstable();
        numbers
    };
    easel.run(&resume, |news, _| {
        if let RunProgress::Unshown { cell, why } = news {
            assert_eq!(cell.look, 1);
            unshown.lock().unwrap().push((*why).to_owned());
        }
    });
    let told = unshown.lock().unwrap().join("\n");
    assert!(told.contains("drawing.png is no picture") && told.contains("pelicycle check --again"), "{told}");
    assert_eq!(unshown.lock().unwrap().len(), 1);
    let others = ended(&easel);
    assert_eq!(others.iter().filter(|number| **number == 0).count(), 3, "all first attempts are made");
    assert!(others.iter().filter(|number| **number == 1).count() == 2, "{others:?}");

    // A new check makes the picture that it was, and the looks go on.
    assert!(has_damaged_picture(first));
    let found = inspect(RED.as_bytes(), &InspectionOptions { raster: 64, ..InspectionOptions::default() });
    easel.store().put_check(first, &found, &tool()).unwrap();
    assert!(std::fs::read(&png).unwrap() == whole && !has_damaged_picture(first));
    easel.resume();
    assert_eq!(ended(&easel).iter().filter(|number| **number == 1).count(), 3);
}

#[test]
fn a_look_that_could_not_be_checked_is_done_once_a_new_check_finds_that_it_says_so() {
    let server = ScriptedServer::new([RED, "DONE", "never asked"].iter().map(|reply| chat(reply)).collect());
    let mut easel = Easel::with_service("chat", &server, "");
    easel.run(&easel.request("mine/eye", Some(4)), |news, stop| {
        if matches!(news, RunProgress::Finished(_)) {
            stop.ask();
        }
    });
    easel.loses = true;
    easel.resume();
    let stored = easel.stored().remove(1);
    assert!(stored.attempt.is_unchecked() && !stored.attempt.look.as_ref().unwrap().done);
    let found = inspect(b"DONE", &InspectionOptions { raster: 64, ..InspectionOptions::default() });
    easel.store().renew_check(&stored, &found, &tool()).unwrap();
    assert!(easel.attempts()[1].look.as_ref().unwrap().done);
    easel.resume();
    assert_eq!(server.seen().len(), 2, "nothing follows");
}
