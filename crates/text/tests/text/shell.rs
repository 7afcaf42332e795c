#[cfg(unix)]
use std::process::Command;

use pelicycle_text::shell_quoted;

/// The oracle is the shell.
#[cfg(unix)]
#[test]
fn a_quoted_word_is_what_a_shell_reads_of_it() {
    for word in [
        "", "plain", "a b", "it's", "$HOME", "`ls`", "a;b", "a\nb", "*", "~", "--x=1", "\\", "\"", "é&|<>()",
        "'",
    ] {
        let told =
            Command::new("sh").args(["-c", &format!("printf %s {}", shell_quoted(word))]).output().unwrap();
        assert_eq!(String::from_utf8(told.stdout).unwrap(), word);
    }
}

#[test]
fn a_plain_word_stays_as_it_is() {
    assert_eq!(shell_quoted("models/a-b_1.gguf"), "models/a-b_1.gguf");
}
