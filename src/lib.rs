//! The library under the `pelicycle` command: ask models to draw, keep, check and compare what they draw.

pub mod attempt;
pub mod cli;
pub mod compare;
pub mod config;
pub mod contestant;
pub mod drawing;
pub mod experts;
pub mod export;
pub mod gallery;
pub mod hub;
pub mod id;
pub mod import;
pub mod judge;
pub mod lineup;
pub mod measure;
pub mod models;
pub mod name;
pub mod price;
pub mod prompt;
pub mod provider;
pub mod run;
pub mod serve;
mod size;
pub mod statistics;
pub mod store;
mod text;
pub mod variables;
