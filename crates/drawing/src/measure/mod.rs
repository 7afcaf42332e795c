//! Measures of a drawing: how it is built, and whether the parts that its prompt asks for are there. Read off the
//! renderer's tree and pixels by rules, never by a model; docs/measures.md has the rules.

mod anatomy;
mod canvas;
mod contour;
mod geometry;
mod read;
mod scene;
mod structure;

pub(crate) use canvas::SIDE;
pub(crate) use read::measure;
