//! Untrusted text, numbers, times and tables, as readers see them.

mod circle;
mod markdown;
mod near;
mod number;
mod plain_file;
mod shell;
mod size;
mod table;
mod time;
mod untrusted;
mod wrap;
