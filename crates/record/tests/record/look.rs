use pelicycle_record::{LookRecord, Outcome, Verdict};

#[test]
fn done_is_one_word_and_no_drawing() {
    let done = |reply| LookRecord::says_done(reply, Outcome::Complete, Some(Verdict::NoSvg));
    for reply in ["DONE", "done.", " **DONE**\n", "`Done`", "\"DONE\"!"] {
        assert!(done(reply), "{reply}");
    }
    for reply in ["", "I am DONE", "DONE DONE", "undone", "..."] {
        assert!(!done(reply), "{reply}");
    }
    assert!(!LookRecord::says_done("DONE", Outcome::Length, Some(Verdict::NoSvg)));
    assert!(!LookRecord::says_done("DONE", Outcome::Complete, None), "it could not be checked");
}
