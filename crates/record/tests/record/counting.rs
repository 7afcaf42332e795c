use pelicycle_record::Timing;

#[test]
fn what_came_in_one_burst_is_no_stream() {
    // Twenty seconds of silence, then all of it within milliseconds; and the same trickling through a proxy.
    assert!(!Timing::is_stream(20.0, 20.001, 4_000_000.0));
    assert!(!Timing::is_stream(20.0, 20.3, 13_000.0));
    assert!(!Timing::is_stream(0.2, 0.3, 40_000.0), "nothing writes so fast");
    assert!(Timing::is_stream(0.3, 1.0, 2_100.0), "fast hardware");
    assert!(Timing::is_stream(60.0, 62.0, 800.0), "reasoning that was not shown, then an answer");
    assert!(Timing::is_stream(0.01, 0.06, 90.0), "a short answer in pieces");
}

#[test]
fn a_host_is_loaded_where_others_took_more_than_a_quarter_of_it() {
    let timing = |host_load| Timing { host_load, ..Timing::default() };
    assert!(timing(Some(0.3)).is_loaded());
    assert!(!timing(Some(0.2)).is_loaded() && !timing(None).is_loaded());
}
