use pelicycle_record::Timeline;

#[test]
fn a_long_reply_keeps_a_small_timeline_that_ends_where_it_ends() {
    let mut timeline = Timeline::default();
    for token in 1..=10_000 {
        timeline.reply(200 + token * 12, token * 4);
    }
    let text = timeline.text().unwrap();
    assert!(text.len() < 14_000, "{}", text.len());
    let read = Timeline::read(&text, 40_000, 0).unwrap();
    assert!((334..=1000).contains(&read.reply.len()));
    assert_eq!((read.reply[0].0, read.reply.last().unwrap().1), (212, 40_000));
    assert!(Timeline::read(&text, 39_999, 0).is_err());
}

#[test]
fn a_timeline_that_runs_backwards_is_refused() {
    assert!(Timeline::read(br#"{"reply":[[5,1],[4,2]]}"#, 9, 0).is_err());
    assert!(Timeline::read(br#"{"reply":[[5,3],[6,2]]}"#, 9, 0).is_err());
    assert!(Timeline::read(b"[1]", 9, 0).is_err());
    assert_eq!(Timeline::default().text(), None);
    assert_eq!(Timeline::read(b"{}", 0, 0).unwrap(), Timeline::default());
}
