use pelicycle_text::table;

#[test]
fn a_cell_of_any_length_is_written() {
    let rows = [["x".repeat(70_000), "1".to_owned()], ["b".to_owned(), "2".to_owned()]];
    let lines = table(&rows);
    assert_eq!(lines[0].len(), 70_003);
    assert_eq!(lines[1], format!("b{}  2", " ".repeat(199)));
}
