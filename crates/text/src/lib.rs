//! Text on its way to a reader: untrusted words made safe to read; numbers, times and tables in words.
//!
//! Everything that a person reads, on a page, in a terminal or in Markdown, is worded with these functions, so that one
//! number looks the same everywhere. Escaping for HTML is the templates' work and is on for all of them; what is done here
//! is what escaping does not do: characters that act on the reader's screen without being seen, and lengths that break a
//! page.
//!
//! It knows nothing of attempts, pages or commands: strings and numbers come in, strings go out. [`plain_file`] alone reads:
//! files that somebody else may have put there, which are opened in one way everywhere.
//!
//! [`shell_quoted`] words the commands that a reader may type.
//!
//! Start reading at [`visible`], which all untrusted text passes, then [`label`] and [`sentence`].

mod circle;
mod markdown;
mod near;
mod number;
pub mod plain_file;
mod shell;
pub mod size;
mod table;
mod time;
mod untrusted;
mod wrap;

pub use circle::CircleWatch;
pub use markdown::{escape_markdown, escape_markdown_sentence, markdown_table};
pub use near::{any_of, did_you_mean, near};
pub use number::{count, decimal, dollars, plural, seconds};
pub use shell::shell_quoted;
pub use table::{table, with_head};
pub use time::{date, day, moment};
pub use untrusted::{Excerpt, excerpt, label, sentence, visible};
pub use wrap::wrapped;
