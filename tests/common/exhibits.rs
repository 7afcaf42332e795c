//! Exhibits made of real drawings.
