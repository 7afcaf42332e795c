//! Views: what each page shows, as plain data. There is a file for each page; texts are made visible and bounded, numbers are in words.

mod attempt;
mod card;
mod experts;
mod figures;
mod grid;
mod hall;
mod lineage;
mod measures;
mod model;
mod neighbour;
mod poster;
mod ranking;
mod reader;
mod sheet;
mod syntax;
mod timeline;
mod versus;
mod wall;
mod words;

pub(super) use attempt::{AttemptPage, AttemptTexts, ReplayView};
pub(super) use card::{AttemptPictures, Card, SitePicture, TinyPicture, folder, page_path};
pub(super) use experts::{ExpertsView, MapPaths, equal_share};
pub(super) use grid::GridPage;
pub(super) use hall::{ModelWorks, Section, ShownAttempt, models, prompt_path, sections};
pub(super) use measures::MeasuresView;
pub(super) use model::ModelPage;
pub(super) use neighbour::{Neighbours, neighbours};
pub(super) use poster::{Plate, Poster};
pub(super) use ranking::{RankingPage, Ranks};
pub(super) use sheet::{SheetPlace, SheetPlaces, places};
pub(super) use timeline::TimelinePage;
pub(super) use versus::VersusPage;
pub(super) use wall::{IndexPage, PromptPage};
