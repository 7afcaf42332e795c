//! Style sheets as a browser applies them: the cascade, by layers, specificity and order, and custom properties.
//!
//! The renderer's own reader of CSS knows CSS 2.1 without at-rules and without most selectors. The crates that know more
//! (`cssparser`, `selectors`, `lightningcss`) are under the MPL, which this project does not take in, and are built for
//! pages; what a drawing needs of them is this folder.

mod cascade;
mod declarations;
mod instances;
mod layers;
mod longhands;
mod matching;
mod media;
mod namespaces;
mod rules;
mod selectors;
mod spans;
mod syntax;
mod tokens;
mod variables;

pub(super) use cascade::cascade;
pub(super) use declarations::Declaration;
pub(super) use longhands::longhands;
pub(super) use rules::{Keyframes, StyleSheet};
pub(super) use tokens::number_length;
pub(super) use variables::resolve;
