//! The command that comes next, with the folders that this one was given.

use std::path::Path;

use pelicycle_text::shell_quoted;

use super::GlobalOptions;

/// The command with `--results` and, where it writes one, `--gallery`, if they are not where it would look by itself.
pub(super) fn in_same_place(command: &str, global: &GlobalOptions, writes_gallery: bool) -> String {
    let mut words = command.to_owned();
    let mut option = |flag: &str, folder: &Path, own: &str, variable: &str| {
        let by_itself = std::env::var_os(variable).unwrap_or_else(|| own.into());
        if by_itself != folder {
            words.push_str(&format!(" {flag} {}", shell_quoted(&folder.to_string_lossy())));
        }
    };
    option("--results", &global.results, "results", "PELICYCLE_RESULTS");
    if writes_gallery {
        option("--gallery", &global.gallery, "gallery", "PELICYCLE_GALLERY");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_command_finds_what_this_one_wrote() {
        let global =
            |results: &str, gallery: &str| GlobalOptions { results: results.into(), gallery: gallery.into() };
        assert_eq!(in_same_place("pelicycle rank", &global("results", "gallery"), true), "pelicycle rank");
        assert_eq!(
            in_same_place("pelicycle gallery", &global("my results", "g"), true),
            "pelicycle gallery --results 'my results' --gallery g"
        );
        assert_eq!(in_same_place("pelicycle rank", &global("r", "g"), false), "pelicycle rank --results r");
    }
}
