//! Tests of where aligned floats begin in memory.

use pelicycle_kernels::AlignedFloats;

#[test]
fn floats_begin_at_a_line_and_are_zeros_however_often_they_are_reset() {
    let mut again = AlignedFloats::default();
    // The last one lies in what the ones before took.
    for count in [1, 15, 16, 17, 1000, 100_003, 5] {
        again.reset(count);
        let fresh = AlignedFloats::zeros(count);
        for floats in [&again, &fresh] {
            assert!(floats.as_ptr().addr().is_multiple_of(64), "{count}");
            assert_eq!(**floats, vec![0.0; count]);
        }
        again.fill(1.0);
    }
}
