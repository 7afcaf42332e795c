use jiff::Timestamp;
use pelicycle_text::{day, moment};

#[test]
fn times_read_well() {
    let time: Timestamp = "2026-11-02T02:53:36.4Z".parse().unwrap();
    assert_eq!((day(time).as_str(), moment(time).as_str()), ("2 Nov 2026", "2026-11-02 02:53:36 UTC"));
}
