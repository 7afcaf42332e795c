use pelicycle_text::{count, decimal, dollars, seconds};

#[test]
fn numbers_read_well() {
    assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    assert_eq!([0.0, 0.21, 12.54, 200.0].map(seconds), ["0 ms", "210 ms", "12.5 s", "3 min 20 s"]);
    assert_eq!(seconds(1e300), "1e300 s");
    assert_eq!([-0.0, 0.002, 0.25, 3.0].map(dollars), ["$0.00", "$0.00200", "$0.250", "$3.00"]);
    assert_eq!([0.0, 0.8, 0.95, 106.7, 1.0, 1e30].map(decimal), ["0", "0.8", "0.95", "106.7", "1", "1e30"]);
}
