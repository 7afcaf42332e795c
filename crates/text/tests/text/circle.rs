use pelicycle_text::CircleWatch;

const LENGTH: usize = 2000;

const INTERVAL: usize = 50;

/// The number of tokens after which a circle is seen.
fn seen(answer: impl Iterator<Item = u32>) -> Option<usize> {
    let (mut watch, mut tokens) = (CircleWatch::over(LENGTH), Vec::new());
    for token in answer.take(9000) {
        tokens.push(token);
        if tokens.len().is_multiple_of(INTERVAL) && watch.closes(&tokens) {
            return Some(tokens.len());
        }
    }
    None
}

#[test]
fn a_circle_is_seen_once_it_is_long_enough() {
    assert_eq!(seen(std::iter::repeat(7)), Some(LENGTH));
    for period in [1, 2, 3, 17, 499, 500] {
        let begin = 1000..1333_u32;
        let at = seen(begin.chain((0..period).cycle())).unwrap();
        assert!((LENGTH + 333..=LENGTH + 333 + INTERVAL).contains(&at), "{period}: {at}");
    }
}

#[test]
fn what_only_resembles_a_circle_is_none() {
    assert_eq!(seen(0..9000), None);
    assert!(!CircleWatch::over(9).closes(b""), "nothing said");
    assert_eq!(seen((0..501).cycle()), None, "too few rounds");
    // The same path with another number in each round.
    assert_eq!(seen((0..9000_u32).map(|n| if n % 20 == 0 { 10_000 + n } else { n % 20 })), None);
    assert_eq!(seen((0..1950_u32).map(|_| 5).chain(0..7000)), None);
}
