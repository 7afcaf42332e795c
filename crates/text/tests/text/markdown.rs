use pelicycle_text::{escape_markdown, markdown_table};

#[test]
fn names_are_no_markup() {
    assert_eq!(escape_markdown("[x](https://a)\n<b>"), "\\[x\\](https&#58;//a) &lt;b&gt;");
    assert_eq!(escape_markdown("gpt-4o"), "gpt-4o");
}

#[test]
fn a_table_has_a_line_under_its_head() {
    let rows = [["a", "b"], ["1", ""]].map(|row| row.map(str::to_owned));
    assert_eq!(markdown_table(&rows), "| a | b |\n| --- | --- |\n| 1 | |\n");
    assert_eq!(markdown_table::<2>(&[]), "");
}
