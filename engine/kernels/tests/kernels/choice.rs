//! Tests of the choice of the kernel set that runs.

use pelicycle_kernels::Kernels;

#[test]
fn a_set_is_found_by_its_name_and_an_unknown_name_says_which_there_are() {
    for kernels in Kernels::available() {
        assert_eq!(Kernels::named(kernels.name).unwrap().name, kernels.name);
    }
    let error = Kernels::named("avx1024").unwrap_err().to_string();
    assert!(error.contains("\"avx1024\"") && error.contains("scalar"), "{error}");
}
