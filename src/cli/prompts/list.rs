//! `pelicycle prompts list`: the prompts that there are.

use std::process::ExitCode;

use pelicycle_prompt::Prompt;
use pelicycle_run::Config;
use pelicycle_text as text;
use pelicycle_text::plural;
use serde::Serialize;

use super::super::error::usage;
use super::super::output::{json, say, say_error, say_table};
use super::super::terminal::printable;
use super::{ListedPrompts, PromptFolder};

/// A prompt as programs read it.
#[derive(Serialize)]
struct ListedPrompt<'a> {
    id: &'a str,
    family: &'a str,
    title: &'a str,
    text: &'a str,
    hash: String,
    expects: &'a [String],
}

impl<'a> ListedPrompt<'a> {
    fn new(prompt: &'a Prompt) -> Self {
        let Prompt { id, family, title, text, expects, .. } = prompt;
        Self { id, family, title, text, hash: prompt.hash(), expects }
    }
}

pub(super) fn list(args: &ListedPrompts) -> anyhow::Result<ExitCode> {
    let library = Config::load(None)?.library(args.folder.prompts.as_deref())?;
    let wanted = |prompt: &&Prompt| args.family.as_ref().is_none_or(|family| prompt.family == *family);
    let mut prompts: Vec<&Prompt> = library.iter().filter(wanted).collect();
    if prompts.is_empty() {
        return usage("there is no prompt of that family; `pelicycle prompts` lists all");
    }
    if args.json {
        let all: Vec<_> = prompts.into_iter().map(ListedPrompt::new).collect();
        say(json(&all)?.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    prompts.sort_by(|a, b| (&a.family, &a.id).cmp(&(&b.family, &b.id)));
    let mut lines = vec![["FAMILY", "ID", "TITLE"].map(str::to_owned)];
    lines.extend(
        prompts.iter().map(|prompt| {
            [&prompt.family, &prompt.id, &prompt.title].map(|cell| printable(cell).into_owned())
        }),
    );
    say_table(&text::table(&lines));
    say_error(&format!(
        "{}; `pelicycle run -p ID` asks for one, `-p family:NAME` for a family",
        plural(prompts.len() as u64, "prompt")
    ));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(folder: &PromptFolder, id: &str) -> anyhow::Result<ExitCode> {
    let library = Config::load(None)?.library(folder.prompts.as_deref())?;
    let prompts = match library.select([id]) {
        Ok(prompts) => prompts,
        Err(error) => return usage(&error.to_string()),
    };
    for prompt in prompts {
        for line in prompt.text.lines() {
            say(&printable(line));
        }
        say("");
        for line in &prompt.expects {
            say(&format!("- {}", printable(line)));
        }
        say(&format!("family {}, raster {} pixels, hash {}", prompt.family, prompt.raster, prompt.hash()));
    }
    Ok(ExitCode::SUCCESS)
}
