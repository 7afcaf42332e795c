//! Promising prompts, and keeping the promise.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::Timestamp;
use pelicycle_prompt::{Prompt, PromptLibrary, opens, seal_hash};
use pelicycle_record::{Id, RevealedPrompt, RevealedRecord, SCHEMA_VERSION, SealRecord, name};
use pelicycle_store::Store;
use pelicycle_text as text;
use pelicycle_text::{day, plain_file, plural, shell_quoted};

use super::super::GlobalOptions;
use super::super::error::usage;
use super::super::next::in_same_place;
use super::super::output::{FileAccess, say, say_error, say_table, write_new};
use super::{RevealArgs, SealArgs};

/// The longest file of a salt, in bytes.
const LONGEST_SALT: u64 = 1000;

/// The file beside the prompts that has a seal's salt: whoever has it and guesses a text can tell that it is right.
fn salt_file(folder: &Path, named: &str) -> PathBuf {
    folder.join(format!("{named}.salt"))
}

/// The prompts of a folder and nothing else.
fn folder_prompts(folder: &Path) -> anyhow::Result<Vec<RevealedPrompt>> {
    Ok(PromptLibrary::of_dir(folder)?.iter().map(Prompt::revealed).collect())
}

pub(super) fn seal(global: &GlobalOptions, args: &SealArgs) -> anyhow::Result<ExitCode> {
    let now = Timestamp::now();
    let named = args.name.clone().unwrap_or_else(|| now.strftime("%Y-%m-%d").to_string());
    if let Some(why) = name::fault(&named) {
        return usage(&format!("a seal can't be called {named:?}: the name {why}"));
    }
    let store = Store::open(&global.results)?;
    if store.read_seal(&named)?.is_some() {
        return usage(&format!("there is a seal {named} already; give another --name"));
    }
    let prompts = folder_prompts(&args.folder)?;
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).context("no random salt could be had")?;
    let salt: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let Some(hash) = seal_hash(&salt, &prompts) else {
        return usage("these prompts can't be sealed: two have one id");
    };
    // The salt first: a seal that nobody can open is worth nothing.
    let secret = salt_file(&args.folder, &named);
    anyhow::ensure!(
        !secret.exists(),
        "{} is there already; move it away, or give another --name",
        secret.display()
    );
    write_new(&secret, format!("{salt}\n").as_bytes(), FileAccess::Own)
        .with_context(|| format!("{} could not be written", secret.display()))?;
    let record = SealRecord {
        schema: SCHEMA_VERSION,
        name: named.clone(),
        sealed: now,
        prompts: u32::try_from(prompts.len())?,
        hash,
    };
    let kept = store.write_seal(&record, &Id::new()?).inspect_err(|_| drop(fs::remove_file(&secret)))?;
    say(&format!("{named}: {} sealed, {}", plural(prompts.len() as u64, "prompt"), record.hash));
    say(&kept.display().to_string());
    let folder = args.folder.display();
    say_error(&format!(
        "Publish that today: others believe the day on which they got it. Keep {folder} and {} to yourself, \
         and what models draw of them, until `{}`.",
        secret.display(),
        in_same_place(
            &format!("pelicycle prompts reveal {named} {}", shell_quoted(&folder.to_string())),
            global,
            false
        )
    ));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn reveal(global: &GlobalOptions, args: &RevealArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let Some(found) = store.read_seal(&args.name)? else {
        return usage(&format!("there is no seal {:?}; `pelicycle prompts seals` lists them", args.name));
    };
    if found.revealed.is_some() {
        return usage(&format!("the seal {} is revealed already", args.name));
    }
    let secret = salt_file(&args.folder, &args.name);
    let salt = plain_file::read(&secret, LONGEST_SALT).with_context(|| {
        format!("{} has the seal's salt, without which it can't be opened", secret.display())
    })?;
    let salt = String::from_utf8_lossy(&salt).trim().to_owned();
    let prompts = folder_prompts(&args.folder)?;
    anyhow::ensure!(
        seal_hash(&salt, &prompts).is_some_and(|hash| hash == found.seal.hash),
        "{} does not hold what was sealed as {}: the hash is another. {} were sealed and {} are there; was a text \
         edited, a file added, renamed or taken away?",
        args.folder.display(),
        args.name,
        plural(found.seal.prompts.into(), "prompt"),
        prompts.len()
    );
    let number = plural(prompts.len() as u64, "prompt");
    let record = RevealedRecord {
        schema: SCHEMA_VERSION,
        name: args.name.clone(),
        revealed: Timestamp::now(),
        salt,
        prompts,
    };
    let kept = store.write_revealed(&record, &Id::new()?)?;
    say(&format!("{}: {number} revealed, sealed on {}, the hash matches", args.name, day(found.seal.sealed)));
    say(&kept.display().to_string());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn seals(global: &GlobalOptions) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let mut lines = vec![["NAME", "SEALED", "PROMPTS", "STATE"].map(str::to_owned)];
    let mut sound = true;
    for named in store.seals()? {
        match store.read_seal(&named) {
            Ok(Some(found)) => {
                let state = match &found.revealed {
                    None => "not revealed".to_owned(),
                    Some(record) if opens(&found.seal, record) => {
                        format!("revealed on {}, the hash matches", day(record.revealed))
                    }
                    Some(_) => {
                        sound = false;
                        "REVEALED, BUT THE HASH IS ANOTHER".to_owned()
                    }
                };
                lines.push([named, day(found.seal.sealed), found.seal.prompts.to_string(), state]);
            }
            Ok(None) => {}
            Err(error) => {
                sound = false;
                say_error(&error.to_string());
            }
        }
    }
    if lines.len() == 1 {
        say_error("Nothing is sealed; `pelicycle prompts seal FOLDER` seals a folder of prompts.");
    } else {
        say_table(&text::table(&lines));
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
