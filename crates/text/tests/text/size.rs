use pelicycle_text::size::words;

#[test]
fn a_length_has_the_unit_that_fits_it() {
    let shown = [0, 1, 999, 2412, 98_000_000, 18_556_000_000].map(words);
    assert_eq!(shown, ["0 bytes", "1 byte", "999 bytes", "2.4 KB", "98.0 MB", "18.6 GB"]);
}
