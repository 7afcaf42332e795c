//! What is kept of a sequence: pages of keys and values, and states.

#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/cache.rs"]
mod cache;
#[expect(dead_code, reason = "the engine has more use for it")]
#[path = "../../src/recurrent_state.rs"]
mod recurrent_state;

use cache::{CachePrecision, CacheSlice, LayerCache, PAGE, STEPS_BACK, SequenceCache};
use half::f16;
use recurrent_state::{RecurrentState, RecurrentStateSize};

fn keys(cache: &LayerCache, head: usize, positions: usize) -> Vec<f32> {
    let numbers = cache.pages(head, 0..positions).flat_map(|(keys, _)| match keys {
        CacheSlice::Float(x) => x.to_vec(),
        CacheSlice::Half(x) => x.iter().map(|&x| f16::from_bits(x).to_f32()).collect(),
    });
    numbers.collect()
}

/// The places in memory where the pages of a head's keys stand.
fn pages(cache: &LayerCache, positions: usize) -> Vec<usize> {
    let place = |(keys, _): (CacheSlice<'_>, CacheSlice<'_>)| match keys {
        CacheSlice::Float(x) => x.as_ptr().addr(),
        CacheSlice::Half(x) => x.as_ptr().addr(),
    };
    cache.pages(0, 0..positions).map(place).collect()
}

/// A sequence with these layers and states.
fn sequence(layers: Vec<LayerCache>, states: Vec<RecurrentState>, len: usize) -> SequenceCache {
    SequenceCache { layers, indexes: Vec::new(), states, long: false, len }
}

#[test]
fn a_fork_shares_pages_and_never_sees_the_others_writes() {
    for precision in [CachePrecision::Float, CachePrecision::Half] {
        let mut one = LayerCache::new(2, 2, 4, precision, None);
        for p in 0..PAGE + 3 {
            one.write(p, &[p as f32, 1.0, 2.0, p as f32], &[0.5; 8]);
        }
        let before = keys(&one, 1, PAGE + 3);
        let mut two = one.clone();
        assert_eq!(pages(&one, PAGE + 3), pages(&two, PAGE + 3));
        two.write(PAGE + 3, &[7.0; 4], &[7.0; 8]);
        two.write(PAGE + 1, &[9.0; 4], &[9.0; 8]);
        let (of_one, of_two) = (pages(&one, PAGE + 3), pages(&two, PAGE + 3));
        assert_eq!(of_one[0], of_two[0], "the full page is still shared");
        assert_ne!(of_one[1], of_two[1], "what was written to is not");
        assert_eq!(keys(&one, 1, PAGE + 3), before);
        assert_eq!(keys(&two, 0, PAGE + 4)[2 * (PAGE + 1)..][..2], [9.0, 9.0]);
        assert_eq!(before[2 * PAGE..][..4], [2.0, PAGE as f32, 2.0, (PAGE + 1) as f32]);
    }
}

#[test]
fn a_window_keeps_the_pages_it_needs_and_goes_back_no_further() {
    let layer = LayerCache::new(1, 1, 1, CachePrecision::Float, Some(PAGE));
    let mut cache = sequence(vec![layer], Vec::new(), 0);
    for p in 0..3 * PAGE + STEPS_BACK {
        cache.layers[0].write(p, &[p as f32], &[0.0]);
        cache.len = p + 1;
        cache.release();
        // The next token sees itself and all but one of a page's worth before it.
        let begin = (p + 2).saturating_sub(PAGE);
        let Some((CacheSlice::Float(keys), _)) = cache.layers[0].pages(0, begin..p + 1).next() else {
            panic!("it sees a token at least")
        };
        assert_eq!(keys[0], begin as f32);
        let back = (p + 1).saturating_sub(STEPS_BACK);
        assert_eq!(cache.reachable(back), back);
    }
    // Two pages are dropped, and only two: the token at 3 · PAGE − 1 sees the third from its first position on.
    assert_eq!(
        [0, 2 * PAGE, 3 * PAGE - 2, 3 * PAGE - 1].map(|n| cache.reachable(n)),
        [0, 0, 0, 3 * PAGE - 1]
    );
    cache.truncate(PAGE);
    assert_eq!(cache.len, 0);
    cache.layers[0].write(0, &[1.0], &[1.0]);
    assert_eq!(keys(&cache.layers[0], 0, 1), [1.0]);
}

#[test]
fn a_cache_with_a_state_goes_back_to_its_beginning_alone() {
    let cache = |rows: usize| {
        let mut state = RecurrentState::new(RecurrentStateSize { inputs: rows, rows, numbers: 0 });
        state.parts_mut().0.fill(3.0);
        let mut layer = LayerCache::new(1, 2, 2, CachePrecision::Float, None);
        (0..5).for_each(|p| layer.write(p, &[1.0; 2], &[1.0; 2]));
        sequence(vec![layer], vec![state], 5)
    };
    let (paged, mut state) = (cache(0), cache(1));
    assert_eq!([5, 9, 4, 0].map(|n| paged.reachable(n)), [5, 5, 4, 0]);
    assert_eq!([5, 9, 4, 0].map(|n| state.reachable(n)), [5, 5, 0, 0]);
    state.truncate(5);
    assert_eq!((state.len, state.states[0].parts_mut().0[0]), (5, 3.0));
    state.truncate(4);
    assert_eq!((state.len, state.states[0].parts_mut().0[0]), (0, 0.0));
}

#[test]
fn a_fork_shares_the_state_until_one_of_the_two_writes() {
    let mut one = RecurrentState::new(RecurrentStateSize { inputs: 3, rows: 2, numbers: 1 });
    one.parts_mut().0[1] = 5.0;
    let mut two = one.clone();
    two.parts_mut().0[1] = 7.0;
    assert_eq!((one.parts_mut().0[1], two.parts_mut().0[1]), (5.0, 7.0));

    // Whoever is left alone with numbers writes where they stand: they were not copied for the fork.
    let places = |state: &mut RecurrentState| {
        let (inputs, rows, numbers) = state.parts_mut();
        [inputs.as_ptr().addr(), rows.as_ptr().addr(), numbers.as_ptr().addr()]
    };
    let before = places(&mut one);
    let mut fork = one.clone();
    drop(one);
    assert_eq!(places(&mut fork), before);
}
