//! The program as it is typed: words, exit codes, files. Whatever a library can show alone is tested in its crate.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod between;
mod check;
mod compare;
mod doctor;
mod export;
mod floors;
mod gallery;
mod gallery_browser;
mod gallery_weight;
mod hub_commands;
mod import;
mod init;
mod judge;
mod judge_rubric;
mod llamacpp;
mod model_commands;
mod model_templates;
mod open;
mod prompts;
mod recheck;
mod run_batches;
mod run_demonstration;
mod run_endings;
mod run_endless;
mod run_interrupt;
mod run_lineups;
mod run_looks;
mod run_main_road;
mod run_services;
mod serve;
mod version;
mod vote;
mod vote_browser;
mod work_folder;
mod wrong_usage;
