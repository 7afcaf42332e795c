//! The random numbers of a seed.

#[path = "../../src/random.rs"]
mod random;

use random::uniform;

// The first outputs of SplitMix64 for the seed 1234567 as its author's C program prints them.
#[test]
fn random_numbers_are_those_of_splitmix64() {
    let expected = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
    for (index, expected) in (0..).zip(expected) {
        assert_eq!(uniform(1_234_567, index), (expected >> 11) as f64 / (1_u64 << 53) as f64);
    }
}
