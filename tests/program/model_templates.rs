//! Chat templates that would harm the program: they come with a model's file, and a file is not trusted.

use std::time::{Duration, Instant};

use pelicycle_testkit::model_file::babbler;
use pelicycle_testkit::program::program;
use pelicycle_testkit::tempdir;

#[test]
fn a_template_that_nests_or_grows_without_bound_is_an_error_in_time() {
    let folder = tempdir();
    let model = babbler(folder.path(), 1);
    std::fs::write(folder.path().join("messages.json"), r#"[{"role":"user","content":"hi"}]"#).unwrap();
    let ask = |template: &str| {
        std::fs::write(folder.path().join("template.jinja"), template).unwrap();
        let begin = Instant::now();
        let mut command = program();
        command.current_dir(folder.path()).args(["model", "prompt"]).arg(&model);
        let args = ["--messages", "messages.json", "--template", "template.jinja"];
        let output = command.args(args).output().unwrap();
        let words = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(begin.elapsed() < Duration::from_secs(6), "{words}");
        (output.status.code(), words)
    };
    assert_eq!(ask("{{ messages[0].content }} there"), (Some(0), "hi there".to_owned()));
    // Only a build that checks for overflow falls here; it says that the fault is not the template's.
    let (code, words) = ask("{{ 'abc'[::-9223372036854775808] }}");
    assert!(code == Some(0) || words.contains("a fault of ours"), "{code:?} {words}");
    for template in [
        format!("{{{{ {}true }}}}", "not ".repeat(25_000)),
        format!("{{{{ 'a'{} }}}}", "|upper".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(30_000)),
        format!("{{{{ messages{} }}}}", "[0]".repeat(30_000)),
        "{% set ns = namespace(s='abcdefgh') %}{% for i in range(40) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s|length }}".to_owned(),
        "{% set ns = namespace(s='ab') %}{% for i in range(40) %}{% set ns.s = ns.s|replace('a', 'aa') %}{% endfor %}".to_owned(),
        "{% set ns = namespace(l=[1]) %}{% for i in range(40) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l|length }}{% for x in ns.l %}{% endfor %}".to_owned(),
        "{{ '%2000000000d' | format(1) }}".to_owned(),
        "x".repeat(3 << 20),
    ] {
        let (code, words) = ask(&template);
        assert!(code == Some(1) && words.contains("the chat template"), "{code:?} {words}");
    }
}
