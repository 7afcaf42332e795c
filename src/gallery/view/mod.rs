//! What each page shows, as plain data: texts are made visible and bounded, numbers are in words.

mod attempt;
mod card;
mod experts;
mod wall;
mod words;

pub(super) use attempt::{AttemptPage, Neighbour, Texts};
pub(super) use card::{Card, Picture, Pictures, page_path};
pub(super) use experts::{ExpertsView, MapPaths, equal_share};
pub(super) use wall::{IndexPage, PromptPage, prompt_path, sections};
