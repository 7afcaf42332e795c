//! Wrong usage: each mistake is told once, with what was meant, and ends with the exit code 2.

use std::fs;

use crate::work_folder::WorkFolder;

/// The message of a command on what is wrong.
fn told(folder: &WorkFolder, line: &str) -> String {
    let output = folder.program().args(line.split(' ')).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{line}: {error}");
    assert!(output.stdout.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stdout));
    error
}

#[test]
fn whatever_is_named_wrongly_ends_with_2_and_says_what_was_meant() {
    let folder = WorkFolder::new();
    let config = "[contestants.heron]\nmodel = 'hatchling'\n[lineups]\nspring = ['heron']\nnobody = []\n";
    fs::write(folder.path().join("pelicycle.toml"), config).unwrap();
    for (line, part) in [
        ("-n 2", "pelicycle run -n 2"),
        ("rnu", "'run'"),
        ("run -m gpt-4o", "\"gpt-4o\" is no model: did you mean \"openai/gpt-4o\"? A model is a path"),
        ("gpt-4o", "as in `pelicycle run -m openai/gpt-4o`"),
        ("model bench hatchling --picture 64", "hatchling reads text alone; name a model that sees pictures"),
        ("run -m hatchlign", "did you mean \"hatchling\"?"),
        ("run -m OpenAI/x", "did you mean \"openai\"?"),
        ("run -m GPT-4O", "is no model: did you mean \"openai/gpt-4o\"? A model"),
        ("run -p zebra", "`pelicycle prompts new ID --text TEXT` makes one of your own"),
        ("help runn", "\"runn\" is no command: did you mean \"run\"?"),
        ("help zebra", "\"zebra\" is no command; `pelicycle help` lists all"),
        ("prices gpt-4o", "did you mean `pelicycle prices show gpt-4o`?"),
        ("gallery --base-url example.org", "https:// is missing at its beginning: type https://example.org"),
        ("gallery --base-url pelicans", "https:// and a host, as https://example.org/pelicans does"),
        ("run -m opnai/x", "no provider \"opnai\" is known: did you mean \"openai\"?"),
        ("run -m xia/grok", "did you mean \"xai\"?"),
        ("run -m xia/grok --dry-run", "did you mean \"xai\"?"),
        ("judge -m ollama", "say ollama/MODEL"),
        ("run -m ollama", "say ollama/MODEL; `pelicycle doctor ollama` tells which models it has"),
        ("run -m heorn", "did you mean \"heron\"?"),
        ("run -m spring", "did you mean \"lineup:spring\"?"),
        ("run -m lineup:sprng", "did you mean \"spring\"?"),
        ("run -m lineup:nobody", "pelicycle.toml:5: lineups.nobody is empty"),
        ("run -p pelicn", "did you mean \"pelican\""),
        ("run -m stdin/a -m stdin/b", "a and b would both have standard input, which can be read once"),
        (
            "export -o table.xlsx",
            "what a .xlsx is to be is not known: name the file .csv, .jsonl or .parquet",
        ),
        ("run -p famly:control", "did you mean \"family:control\""),
        ("run --prompts nowhere", "cannot read prompts from nowhere"),
        ("run --max-cost -1 --dry-run", "-1 is no amount of US dollars"),
        ("run --projector nowhere.gguf", "no file at nowhere.gguf"),
        ("gallery --prompts nowhere", "cannot read prompts from nowhere"),
        ("check --prompt pelicn", "did you mean \"pelican\""),
        ("import svg-folder . -p pelicn --no-gallery", "did you mean \"pelican\""),
        ("import llm-logs nowhere.db --no-gallery", "no database at nowhere.db"),
        ("prompts seal nowhere", "cannot read prompts from nowhere"),
        ("doctor opnai", "did you mean \"openai\"?"),
        ("doctor zebra", "there are anthropic"),
        ("model rm nothing", "no local model \"nothing\""),
    ] {
        let error = told(&folder, line);
        assert!(error.contains(part), "{line}: {error}");
        assert_eq!(error.matches("did you mean").count().max(1), 1, "{line}: {error}");
        assert_eq!(error.matches("error:").count(), 1, "{line}: {error}");
    }
    assert!(!folder.results().join("runs").exists(), "nothing was begun");
    for (site, part) in [
        ("accent = 'blue'", "site.accent must be a colour"),
        ("logo = 'nowhere.png'", "site.logo: can't read nowhere.png"),
        ("link = 'example.org'", "site.link must be an address"),
        ("titel = 'T'", "did you mean \"title\"?"),
    ] {
        fs::write(folder.path().join("pelicycle.toml"), format!("[site]\n{site}\n")).unwrap();
        let error = told(&folder, "gallery");
        assert!(error.contains(part) && error.contains("pelicycle.toml"), "{error}");
    }
}
